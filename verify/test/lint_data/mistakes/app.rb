db.execute <<~SQL
  PRAGMA temp_store = 3; -- finds: misheard-value
SQL
db.execute("PRAGMA mmap_size = #{32 * 1024}")
db.execute %q(PRAGMA cell_size_check = enabled) # finds: misheard-value
db.pragma "x"

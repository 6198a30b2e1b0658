-- The silent failures that real programs ship, as a migration.
PRAGMA foreign_key=ON; -- finds: unknown-name
PRAGMA sychronous = NORMAL; -- finds: unknown-name
PRAGMA jounal_mode = WAL; -- finds: unknown-name
PRAGMA busy_timout = 5000; -- finds: unknown-name
pragma vacuum; -- finds: unknown-name
PRAGMA auto_vacuum = ON; -- finds: misheard-value
PRAGMA auto_vacuum = TRUE; -- finds: misheard-value
PRAGMA temp_store = 3; -- finds: misheard-value
PRAGMA page_size=4092; -- finds: misheard-value
PRAGMA journal_mode = wal2; -- finds: misheard-value
PRAGMA journal_size_limit = 1536; -- finds: unit-slip
PRAGMA cache_size = 1000000000; -- finds: unit-slip, order
BEGIN EXCLUSIVE;
CREATE TABLE t(x);
PRAGMA journal_mode = WAL; -- finds: in-transaction
COMMIT;
PRAGMA journal_mode = MEMORY;
PRAGMA synchronous = EXTRA; -- finds: contradiction
PRAGMA default_cache_size = 10000; -- finds: deprecated
PRAGMA busy_timeout = -1; -- finds: misheard-value
PRAGMA mmap_size = -1;
PRAGMA journal_size_limit = -1;

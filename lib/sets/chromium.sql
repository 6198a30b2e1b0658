-- description: Chromium's sql::Database with a rollback journal, its default
-- source: chromium/chromium sql/database.cc OpenInternal (read in 2026)
-- driver-option: DEFAULT_LOCKING_MODE=1 (locking_mode)
-- driver-option: SECURE_DELETE (secure_delete)
-- note: one connection alone: locking_mode=EXCLUSIVE shuts all the others out; a shared database sets NORMAL
-- note: reads mmap_size back after setting it, and knows that setting the journal mode may succeed without changing it
-- note: with WAL it sets synchronous=NORMAL
PRAGMA page_size = 4096;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = TRUNCATE;
PRAGMA secure_delete = ON;
PRAGMA foreign_keys = OFF;

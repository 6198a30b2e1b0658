-- description: dj-lite, the settings for Django in production
-- source: the dj-lite package (read in 2026)
-- note: BEGIN IMMEDIATE (transaction_mode)
-- note: busy_timeout is timeout=5 of Python's sqlite3; foreign_keys comes from Django
PRAGMA busy_timeout = 5000;
PRAGMA foreign_keys = ON;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA temp_store = MEMORY;
PRAGMA mmap_size = 134217728;
PRAGMA journal_size_limit = 27103364;
PRAGMA cache_size = 2000;

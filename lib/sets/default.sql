-- description: what SQLite does when nobody sets anything, spelt out so that compile-time defaults of a build cannot change it
-- source: https://www.sqlite.org/pragma.html (defaults documented for SQLite 3.53)
PRAGMA busy_timeout = 0;
PRAGMA page_size = 4096;
PRAGMA auto_vacuum = NONE;
PRAGMA journal_mode = DELETE;
PRAGMA synchronous = FULL;
PRAGMA cache_size = -2000;
PRAGMA foreign_keys = OFF;
PRAGMA temp_store = DEFAULT;
PRAGMA mmap_size = 0;
PRAGMA wal_autocheckpoint = 1000;
PRAGMA journal_size_limit = -1;

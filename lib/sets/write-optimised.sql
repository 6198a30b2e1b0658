-- description: the six settings, with small pages, a small cache and rare checkpoints, for small rows
-- source: measured by this project: "What each choice brings" in ARCHITECTURE.md
PRAGMA page_size = 1024;
PRAGMA journal_mode = WAL;
PRAGMA busy_timeout = 5000;
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -2000;
PRAGMA foreign_keys = ON;
PRAGMA temp_store = MEMORY;
PRAGMA wal_autocheckpoint = 64000;

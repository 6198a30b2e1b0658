-- description: the six settings, with smaller pages and rarer checkpoints for small rows
-- source: measured on this project.s benchmarks; "What each choice brings" in ARCHITECTURE.md says how much
PRAGMA page_size = 1024;
PRAGMA journal_mode = WAL;
PRAGMA busy_timeout = 5000;
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -20000;
PRAGMA foreign_keys = ON;
PRAGMA temp_store = MEMORY;
PRAGMA wal_autocheckpoint = 8000;

-- description: production with a sync for every commit, so that a power cut loses nothing acknowledged
-- source: https://www.sqlite.org/pragma.html#pragma_synchronous (SQLite 3.53)
PRAGMA journal_mode = WAL;
PRAGMA busy_timeout = 5000;
PRAGMA synchronous = FULL;
PRAGMA cache_size = -20000;
PRAGMA foreign_keys = ON;
PRAGMA temp_store = MEMORY;

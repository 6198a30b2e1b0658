-- description: the six settings that are said to bring 60,000 requests/s on a small server
-- source: https://threadreaderapp.com/thread/1813314113705062774.html (the public claim; 2024)
PRAGMA journal_mode = WAL;
PRAGMA busy_timeout = 5000;
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -20000;
PRAGMA foreign_keys = ON;
PRAGMA temp_store = MEMORY;

-- description: Music Assistant on a machine with 4 GB of memory
-- source: music-assistant/server music_assistant/helpers/database.py (read in 2026)
-- note: one connection alone: locking_mode=EXCLUSIVE shuts all the others out
-- note: mmap_size and cache_size grow with the machine's memory; it asks for 2 GiB of mmap and gets 2147418112
-- note: an older version wrote mmap_size=30000000000
-- note: Python's sqlite3 would wait 5 s for a lock
PRAGMA analysis_limit = 10000;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = WAL;
PRAGMA journal_size_limit = 6144000;
PRAGMA synchronous = NORMAL;
PRAGMA temp_store = MEMORY;
PRAGMA mmap_size = 2147418112;
PRAGMA cache_size = -64000;

-- description: Litestack (Litedb): WAL with mmap, waiting for a lock without end
-- source: oldmoe/litestack lib/litestack/litedb.rb and liteconnection.rb (read in 2026)
-- driver-option: DEFAULT_WAL_SYNCHRONOUS=1
-- note: waits by a busy handler that sleeps 1 ms and never gives up, with which SQLite answers 0 for busy_timeout; 2147483647 (25 days) is the nearest that a setting can say
-- note: its queue writes mmap_size=32768, which its comment takes for 128 MiB
-- note: its other components set wal_autocheckpoint=10000
PRAGMA busy_timeout = 2147483647;
PRAGMA synchronous = NORMAL;
PRAGMA journal_mode = WAL;
PRAGMA journal_size_limit = 67108864;
PRAGMA mmap_size = 134217728;
PRAGMA cache_size = 2000;

-- description: better-sqlite3 for Node as its guide says: WAL, and what its build adds
-- source: WiseLibs/better-sqlite3 docs/performance.md and deps/defines.gypi (read in 2026, bundles SQLite 3.53)
-- driver-option: DEFAULT_WAL_SYNCHRONOUS=1 (synchronous)
-- driver-option: DEFAULT_CACHE_SIZE=-16000 (cache_size)
-- driver-option: DEFAULT_FOREIGN_KEYS=1 (foreign_keys)
-- driver-option: OMIT_SHARED_CACHE
-- note: its guide sets journal_mode=WAL and nothing else
-- note: waits 5 s by default (its option timeout)
-- note: BEGIN is deferred unless transaction.immediate() is used
PRAGMA busy_timeout = 5000;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -16000;
PRAGMA foreign_keys = ON;

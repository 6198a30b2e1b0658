-- description: what Litestream's guide asks of the application
-- source: benbjohnson/litestream docs/SQLITE_INTERNALS.md (Performance tuning) (read in 2026)
-- note: its tips recommend wal_autocheckpoint=0 as well under high write load (issue 547)
-- note: warns that Go's database/sql applies a setting to one connection of the pool
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA busy_timeout = 5000;
PRAGMA cache_size = -64000;

-- description: "Optimizing SQLite for servers": production with a cache without bounds
-- source: https://kerkour.com/sqlite-for-servers (2024), quoted at https://simonwillison.net/2024/Mar/31/optimizing-sqlite-for-servers
-- note: cache_size=1000000000 counts pages, not bytes or KiB: up to 4 TB for each connection
-- note: BEGIN IMMEDIATE; one connection that writes
PRAGMA journal_mode = WAL;
PRAGMA busy_timeout = 5000;
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = 1000000000;
PRAGMA foreign_keys = ON;
PRAGMA temp_store = MEMORY;

-- description: PocketBase: busy_timeout first, then WAL
-- source: pocketbase/pocketbase core/db_connect.go and core/base.go; v0.22 has cache_size=-16000 (read in 2026)
-- note: says that busy_timeout must come first, so that switching to WAL waits for a lock
-- note: checkpoints with TRUNCATE and runs optimize by its scheduler
-- note: SQLite in Go (modernc.org/sqlite): loads no extension
PRAGMA busy_timeout = 10000;
PRAGMA journal_mode = WAL;
PRAGMA journal_size_limit = 200000000;
PRAGMA synchronous = NORMAL;
PRAGMA foreign_keys = ON;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -32000;

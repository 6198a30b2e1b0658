-- description: libsql-server (sqld) with durability mode relaxed, its default
-- source: tursodatabase/libsql libsql-server/src/connection/connection_core.rs and config.rs (read in 2026)
-- driver-option: DEFAULT_FOREIGN_KEYS=1 (foreign_keys)
-- note: durability mode strong is synchronous=FULL, extra is EXTRA, off is OFF
-- note: its schema database writes foreign_key=ON, which SQLite ignores in silence; the build option hides it
-- note: max_page_count is that of the plan
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA foreign_keys = ON;

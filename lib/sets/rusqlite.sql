-- description: rusqlite as it comes, with the SQLite that it bundles
-- source: rusqlite/rusqlite src/inner_connection.rs and libsqlite3-sys/build.rs (read in 2026)
-- driver-option: DEFAULT_FOREIGN_KEYS=1 (foreign_keys)
-- note: without the feature `bundled` foreign_keys is what the system's SQLite does: OFF
-- note: BEGIN is deferred by default
PRAGMA busy_timeout = 5000;
PRAGMA foreign_keys = ON;

-- description: Vaultwarden with ENABLE_DB_WAL, its default
-- source: dani-garcia/vaultwarden src/db/mod.rs and src/config.rs (read in 2026)
-- note: WAL is set by the connection that migrates, and not checked
-- note: busy_timeout and synchronous are DATABASE_CONN_INIT, which users may replace
PRAGMA journal_mode = WAL;
PRAGMA busy_timeout = 5000;
PRAGMA synchronous = NORMAL;

-- description: Litestream's own connection to the database that it replicates
-- source: benbjohnson/litestream db.go (read in 2026)
-- note: checkpoints by itself, and keeps a read transaction open so that nobody else begins the WAL anew
-- note: keeps the WAL file when it closes (SQLITE_FCNTL_PERSIST_WAL)
-- note: refuses to go on when WAL mode is not in effect
PRAGMA busy_timeout = 1000;
PRAGMA wal_autocheckpoint = 0;
PRAGMA journal_mode = WAL;

-- description: GRDB.swift with a DatabasePool
-- source: groue/GRDB.swift GRDB/Core/Database.swift (read in 2026)
-- note: refuses to go on when WAL mode is not in effect
-- note: a lock held by another connection fails at once (busyMode is immediateError)
PRAGMA busy_timeout = 0;
PRAGMA foreign_keys = ON;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;

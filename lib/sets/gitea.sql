-- description: Gitea and Forgejo without a journal mode in their configuration
-- source: go-gitea/gitea modules/setting/database.go, over mattn/go-sqlite3 (read in 2026)
-- driver-option: DEFAULT_WAL_SYNCHRONOUS=1
-- note: cache=shared in the DSN: connections of the process lock each other's tables, and busy_timeout does not wait for that (SQLITE_LOCKED)
-- note: BEGIN IMMEDIATE (_txlock=immediate)
-- note: SQLITE_TIMEOUT is 500 by default; newer versions raised it
PRAGMA busy_timeout = 500;
PRAGMA locking_mode = NORMAL;
PRAGMA synchronous = NORMAL;

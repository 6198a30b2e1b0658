-- description: mattn/go-sqlite3 as it comes: synchronous=NORMAL also with a rollback journal
-- source: mattn/go-sqlite3 sqlite3.go (read in 2026)
-- driver-option: DEFAULT_WAL_SYNCHRONOUS=1
-- note: every connection gets synchronous=NORMAL: with a rollback journal a power cut may damage the database
-- note: BEGIN is deferred unless the DSN has _txlock=immediate
-- note: everything else comes by the DSN: _journal_mode, _foreign_keys, _cache_size
PRAGMA busy_timeout = 5000;
PRAGMA locking_mode = NORMAL;
PRAGMA synchronous = NORMAL;

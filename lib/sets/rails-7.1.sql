-- description: Rails 7.1: WAL with mmap, and a limit for the WAL file
-- source: rails/rails activerecord/lib/active_record/connection_adapters/sqlite3_adapter.rb configure_connection at v7.1.0
-- driver-option: DEFAULT_WAL_SYNCHRONOUS=1
-- note: busy_timeout is `timeout` of database.yml, 5000 in a new application
-- note: cache_size counts pages: 8 MB with pages of 4096 bytes
-- note: BEGIN is deferred: a transaction that reads and then writes fails with SQLITE_BUSY_SNAPSHOT, whatever the timeout
PRAGMA busy_timeout = 5000;
PRAGMA foreign_keys = ON;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA mmap_size = 134217728;
PRAGMA journal_size_limit = 67108864;
PRAGMA cache_size = 2000;

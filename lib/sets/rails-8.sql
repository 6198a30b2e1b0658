-- description: Rails 8: as 7.1, with a busy handler of its own and BEGIN IMMEDIATE
-- source: rails/rails activerecord/lib/active_record/connection_adapters/sqlite3_adapter.rb DEFAULT_PRAGMAS at v8.0.0, the same at v7.2.0 and v8.1.0
-- driver-option: DEFAULT_WAL_SYNCHRONOUS=1
-- note: waits by a busy handler of its own (busy_handler_timeout=), with which SQLite answers 0 for busy_timeout; 5000 here is how long it waits in a new application
-- note: BEGIN IMMEDIATE since 8.0 (default_transaction_mode); 7.2 has the same settings and begins deferred
-- note: a setting of database.yml whose name SQLite does not know is warned about
PRAGMA busy_timeout = 5000;
PRAGMA foreign_keys = ON;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA mmap_size = 134217728;
PRAGMA journal_size_limit = 67108864;
PRAGMA cache_size = 2000;

-- PRAGMA foreign_key = ON in a comment is none.
/* PRAGMA sychronous = OFF; */
PRAGMA busy_timeout = 5000;
PRAGMA page_size = 8192;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA main.journal_mode = WAL;
PRAGMA synchronous = 1;
PRAGMA cache_size = -20000;
PRAGMA foreign_keys = true;
pragma temp_store(MEMORY);
PRAGMA mmap_size = 268435456;
PRAGMA journal_size_limit = -1;
PRAGMA user_version = 0x10;
PRAGMA secure_delete = FAST;
PRAGMA writable_schema = RESET;
PRAGMA table_info('a; PRAGMA foreign_key = ON');
PRAGMA optimize;
PRAGMA key = 'secret';
PRAGMA foreign_keys = OFF; -- pragmark-lint: ignore
BEGIN;
PRAGMA defer_foreign_keys = ON;
CREATE TABLE t(x DEFAULT 'PRAGMA foreign_key = ON');
CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE t SET x = 1; END;
COMMIT;
PRAGMA wal_checkpoint(TRUNCATE);
PRAGMA incremental_vacuum(100);
-- pragmark-lint: ignore unknown-name
PRAGMA foreign_key = ON;

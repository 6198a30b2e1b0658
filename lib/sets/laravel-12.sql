-- description: Laravel 12 as it comes: foreign keys, and what SQLite does by default
-- source: laravel/framework config/database.php at v12; v11 and v13 set the same
-- note: busy_timeout, journal_mode and synchronous have keys in config/database.php, and are null
-- note: BEGIN is deferred (13 has transaction_mode)
-- note: waits 60 s because PDO does, whose default that is
PRAGMA busy_timeout = 60000;
PRAGMA foreign_keys = ON;

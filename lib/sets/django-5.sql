-- description: Django 5.1 without options: foreign keys, and what SQLite does by default
-- source: django/django django/db/backends/sqlite3/base.py get_new_connection since 5.1
-- note: waits 5 s because Python's sqlite3 does (timeout=5.0)
-- note: BEGIN is deferred unless OPTIONS has transaction_mode; OPTIONS has init_command for settings
PRAGMA busy_timeout = 5000;
PRAGMA foreign_keys = ON;
PRAGMA legacy_alter_table = OFF;

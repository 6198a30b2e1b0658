-- description: Android's SQLiteDatabase with write-ahead logging
-- source: aosp-mirror/platform_frameworks_base core/java/android/database/sqlite/SQLiteGlobal.java and core/jni/android_database_SQLiteConnection.cpp (read in 2026)
-- note: cuts a WAL file of more than 1 MiB when it opens
-- note: at most 4 connections, of which one writes
PRAGMA busy_timeout = 2500;
PRAGMA page_size = 4096;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA journal_size_limit = 524288;
PRAGMA wal_autocheckpoint = 100;

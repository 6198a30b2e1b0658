-- description: Android's SQLiteDatabase without write-ahead logging
-- source: aosp-mirror/platform_frameworks_base core/java/android/database/sqlite/SQLiteGlobal.java and core/jni/android_database_SQLiteConnection.cpp (read in 2026)
-- note: page_size is the block size of /data
-- note: waits 2.5 s for a lock (sqlite3_busy_timeout), which no configuration changes
PRAGMA busy_timeout = 2500;
PRAGMA page_size = 4096;
PRAGMA journal_mode = TRUNCATE;
PRAGMA synchronous = FULL;
PRAGMA journal_size_limit = 524288;

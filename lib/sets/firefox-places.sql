-- description: Firefox's history and bookmarks (places.sqlite)
-- source: mozilla/gecko-dev toolkit/components/places/Database.cpp and storage/mozStorageConnection.cpp (read in 2026)
-- note: wal_autocheckpoint is 2,048,000 bytes in pages of 32,768
-- note: checks that WAL is in effect, and else uses TRUNCATE with synchronous=FULL
-- note: an older version wrote journal_size_limit=512*3 and meant KiB: 1,536 bytes
-- note: temp_store=MEMORY on 32-bit systems; locks exclusively by preference; BEGIN IMMEDIATE
PRAGMA page_size = 32768;
PRAGMA cache_size = -2048;
PRAGMA synchronous = NORMAL;
PRAGMA journal_mode = WAL;
PRAGMA wal_autocheckpoint = 62;
PRAGMA journal_size_limit = 4096000;
PRAGMA busy_timeout = 100;
PRAGMA foreign_keys = ON;

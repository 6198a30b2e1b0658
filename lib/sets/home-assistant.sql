-- description: the recorder of Home Assistant
-- source: home-assistant/core homeassistant/components/recorder/util.py setup_connection_for_dialect (read in 2026)
-- note: waits 5 s because Python's sqlite3 does
-- note: with commit_interval 0 it sets synchronous=FULL
-- note: refuses an SQLite that is too old
PRAGMA busy_timeout = 5000;
PRAGMA journal_mode = WAL;
PRAGMA cache_size = -16384;
PRAGMA synchronous = NORMAL;
PRAGMA foreign_keys = ON;

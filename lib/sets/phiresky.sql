-- description: phiresky's tuning list, as far as it takes effect: without page_size, with less mmap
-- source: https://gist.github.com/phiresky/978d8e204f77feaa0ab5cca08d2d5b27 (2020)
-- note: wrote mmap_size=30000000000, which SQLite caps at 2147418112 unless it is built otherwise
-- note: wrote page_size=32768 after journal_mode=WAL, which SQLite ignores: 4096 stays
-- note: wrote `pragma vacuum`, which is no setting and does nothing; VACUUM is a statement
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA temp_store = MEMORY;
PRAGMA mmap_size = 2147418112;

/* The silent failures that real programs ship, in C. */
#pragma once
#pragma foreign_key on
_Pragma("once")

static const char *settings =
    "PRAGMA foreign_key=ON;" /* finds: unknown-name */
    "PRAGMA sychronous = NORMAL;" /* finds: unknown-name */
    "PRAGMA jounal_mode = WAL;" /* finds: unknown-name */
    "PRAGMA busy_timout = 5000;" /* finds: unknown-name */
    "pragma vacuum;" /* finds: unknown-name */
    "PRAGMA auto_vacuum = ON;" /* finds: misheard-value */
    "PRAGMA auto_vacuum = TRUE;" /* finds: misheard-value */
    "PRAGMA temp_store = 3;" /* finds: misheard-value */
    "PRAGMA page_size=4092;" /* finds: misheard-value */
    "PRAGMA journal_mode = wal2;" /* finds: misheard-value */
    "PRAGMA journal_size_limit = 1536;" /* finds: unit-slip */
    "PRAGMA cache_size = 1000000000"; /* finds: unit-slip */

void migrate(sqlite3 *db) {
  sqlite3_exec(db, "BEGIN IMMEDIATE", 0, 0, 0);
  sqlite3_exec(db, "PRAGMA journal_mode=WAL", 0, 0, 0); /* finds: in-transaction */
  sqlite3_exec(db, "COMMIT", 0, 0, 0);
  sqlite3_exec(db, "PRAGMA journal_mode=MEMORY", 0, 0, 0);
  sqlite3_exec(db, "PRAGMA synchronous=EXTRA", 0, 0, 0); /* finds: contradiction */
  sqlite3_exec(db, "PRAGMA default_cache_size=10000", 0, 0, 0); /* finds: deprecated */
}

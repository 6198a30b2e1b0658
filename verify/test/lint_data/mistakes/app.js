// The silent failures that real programs ship, in JavaScript.
const db = new Database("app.db");
db.pragma("foreign_key = ON"); // finds: unknown-name
db.pragma('sychronous = NORMAL'); // finds: unknown-name
db.pragma(`jounal_mode = WAL`); // finds: unknown-name
db.exec("PRAGMA busy_timout = 5000"); // finds: unknown-name
db.exec("pragma vacuum"); // finds: unknown-name
db.pragma("auto_vacuum = ON"); // finds: misheard-value
db.pragma("auto_vacuum = TRUE"); // finds: misheard-value
db.pragma("temp_store = 3"); // finds: misheard-value
db.pragma("page_size=4092"); // finds: misheard-value
db.pragma("journal_mode = wal2"); // finds: misheard-value
db.pragma("journal_size_limit = 1536"); // finds: unit-slip
db.pragma("cache_size = 1000000000"); // finds: unit-slip

function migrate() {
  db.exec(`
    BEGIN;
    PRAGMA journal_mode = WAL; -- finds: in-transaction
    COMMIT;
  `);
  db.pragma("journal_mode = MEMORY");
  db.pragma("synchronous = EXTRA"); // finds: contradiction
  db.pragma("default_cache_size = 10000"); // finds: deprecated
}

function order() {
  db.exec("PRAGMA journal_mode = WAL"); // finds: late-timeout
  db.exec("PRAGMA page_size = 16384"); // finds: order
  db.exec("PRAGMA auto_vacuum = INCREMENTAL"); // finds: order
  db.exec("PRAGMA busy_timeout = 5000");
  db.pragma("mmap_size = 30000000000"); // finds: capped-value
}

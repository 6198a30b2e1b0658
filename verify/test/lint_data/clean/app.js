/** @jsx h */
db.pragma("journal_mode = WAL");
db.pragma("cache_size", { simple: true });
db.pragma(`user_version = ${version}`);
db.pragma("synchronous = " + level);
const babel = { pragma: "h", pragmaFrag: "Fragment" };
const quote = /['"`]/;
const url = "https://example.org/?cache=shared&synchronous=FLUL";

function betterSqlite3(file) {
  const db = new Database(file); // waits for 5 s by itself
  db.pragma("journal_mode = WAL");
  db.pragma("busy_timeout = 10000");
}
add_extension_pragma("cl_khr_fp64", "enable");
parser.pragma("strict", 1);

// The facts, as tables where they are alike. SQLITE_FCNTL_CHUNK_SIZE is missing on purpose: SQLite
// can only be told it, not asked for it.
#include "facts.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <sqlite3.h>

#include "main_file.h"
#include "pragmark/error.h"

namespace pragmark {
namespace {

constexpr char kMain[] = "main";
constexpr std::string_view kFileControls =
    "https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html";

CheckResult fact(std::string_view id, std::string_view setting, std::string observed,
                 std::string_view documentation) {
  CheckResult result;
  result.id = id;
  result.setting = setting;
  result.observed = std::move(observed);
  result.verdict = Verdict::Skipped;
  result.reason = "a fact: no PRAGMA set claims it";
  result.documentation = documentation;
  return result;
}

struct Flag {
  std::string_view name;
  int option;
  int risky;  // the state that has the consequence
  std::string_view consequence;
};

// https://www.sqlite.org/c3ref/c_dbconfig_defensive.html; those that are a PRAGMA as well are
// settings, observation.cc has them.
constexpr Flag kFlags[] = {
    {"defensive", SQLITE_DBCONFIG_DEFENSIVE, 0, "SQL can damage the database file on purpose"},
    {"dqs_dml", SQLITE_DBCONFIG_DQS_DML, 1,
     "a misspelt column in double quotes is a string, in SELECT, INSERT, UPDATE and DELETE"},
    {"dqs_ddl", SQLITE_DBCONFIG_DQS_DDL, 1,
     "a misspelt column in double quotes is a string, in CREATE statements"},
    {"enable_trigger", SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, "triggers do not fire"},
    {"enable_view", SQLITE_DBCONFIG_ENABLE_VIEW, 0, "views cannot be read"},
    {"enable_load_extension", SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1,
     "the connection still loads code from files; turn that off after the last extension"},
    {"writable_schema", SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1,
     "an UPDATE of sqlite_schema can damage the database"},
    {"no_ckpt_on_close", SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
     "the WAL stays when the last connection closes"}};

void add_flags(sqlite3* db, std::vector<CheckResult>& facts) {
  for (const Flag& flag : kFlags) {
    int on = 0;
    if (sqlite3_db_config(db, flag.option, -1, &on) != SQLITE_OK) continue;
    facts.push_back(fact("X003", flag.name, on != 0 ? "ON" : "OFF",
                         "https://www.sqlite.org/c3ref/c_dbconfig_defensive.html"));
    if (on == flag.risky) facts.back().consequence = flag.consequence;
  }
}

// A file control that answers an int and changes nothing when it is given -1.
std::optional<int> ask_file(sqlite3* db, int control) {
  int value = -1;
  if (sqlite3_file_control(db, kMain, control, &value) != SQLITE_OK || value < 0) {
    return std::nullopt;
  }
  return value;
}

void add_file(sqlite3* db, std::vector<CheckResult>& facts) {
  char* vfs = nullptr;
  if (sqlite3_file_control(db, kMain, SQLITE_FCNTL_VFSNAME, &vfs) == SQLITE_OK && vfs != nullptr) {
    facts.push_back(fact("X004", "vfs", vfs, kFileControls));
  }
  sqlite3_free(vfs);
  if (const std::optional<int> on = ask_file(db, SQLITE_FCNTL_PERSIST_WAL)) {
    facts.push_back(fact("X004", "persist_wal", *on != 0 ? "ON" : "OFF", kFileControls));
  }
  if (const std::optional<int> on = ask_file(db, SQLITE_FCNTL_POWERSAFE_OVERWRITE)) {
    facts.push_back(fact("X004", "powersafe_overwrite", *on != 0 ? "ON" : "OFF", kFileControls));
  }
  if (const std::optional<int> moved = ask_file(db, SQLITE_FCNTL_HAS_MOVED)) {
    facts.push_back(fact("X004", "file_moved", *moved != 0 ? "yes" : "no", kFileControls));
    if (*moved != 0) {
      facts.back().verdict = Verdict::Fail;
      facts.back().reason = "the file that is open is no longer the one of that name";
      facts.back().consequence =
          "what this connection writes is lost, and its locks exclude nobody";
    }
  }
}

struct UriHazard {
  const char* parameter;
  std::string_view consequence;
};

// https://www.sqlite.org/uri.html
constexpr UriHazard kUriHazards[] = {
    {"nolock", "nothing is locked: two writers corrupt the database, and WAL cannot be had"},
    {"immutable", "changes by others are not seen and read as corruption; a WAL is ignored"}};

void add_uri(sqlite3* db, std::vector<CheckResult>& facts) {
  constexpr std::string_view kUris = "https://www.sqlite.org/uri.html";
  const char* path = sqlite3_db_filename(db, kMain);
  for (const UriHazard& hazard : kUriHazards) {
    if (path == nullptr || sqlite3_uri_boolean(path, hazard.parameter, 0) == 0) continue;
    facts.push_back(fact("X005", hazard.parameter, "ON", kUris));
    facts.back().verdict = Verdict::Fail;
    facts.back().reason = fmt::format("the database was opened with {}=1", hazard.parameter);
    facts.back().consequence = hazard.consequence;
  }
  if (uses_shared_cache(db)) facts.push_back(fact("X005", "cache", "shared", kUris));
}

struct OpenStatements {
  int prepared = 0;
  int busy = 0;
  std::string sql;
};

// Stepped and not yet at their end. The query that asks is none of them, known by its text: SQLite
// does not say which statement calls.
OpenStatements open_statements(sqlite3* db) {
  constexpr std::size_t kShown = 80;
  OpenStatements open;
  for (sqlite3_stmt* statement = sqlite3_next_stmt(db, nullptr); statement != nullptr;
       statement = sqlite3_next_stmt(db, statement)) {
    const char* text = sqlite3_sql(statement);
    const std::string_view sql = text == nullptr ? "" : text;
    if (sql.find("pragmark_audit") != std::string_view::npos) continue;
    ++open.prepared;
    if (sqlite3_stmt_busy(statement) == 0) continue;
    ++open.busy;
    open.sql += fmt::format("{} {}", open.sql.empty() ? ":" : ";", sql.substr(0, kShown));
  }
  return open;
}

void add_activity(sqlite3* db, std::vector<CheckResult>& facts) {
  const OpenStatements open = open_statements(db);
  facts.push_back(fact("X006", "open_statements",
                       fmt::format("{} busy of {} prepared{}", open.busy, open.prepared, open.sql),
                       "https://www.sqlite.org/c3ref/stmt_busy.html"));
  const bool autocommit = sqlite3_get_autocommit(db) != 0;
  const int state = sqlite3_txn_state(db, kMain);
  std::string observed = state == SQLITE_TXN_WRITE ? "write" : "read";
  // The running query reads, so that it is itself in a read transaction.
  if (state == SQLITE_TXN_NONE || (state == SQLITE_TXN_READ && autocommit && open.busy == 0)) {
    observed = "none";
  }
  if (!autocommit) observed += ", begun by BEGIN or SAVEPOINT";
  facts.push_back(
      fact("X007", "transaction", observed, "https://www.sqlite.org/c3ref/txn_state.html"));
  if (observed != "none" || open.busy > 0) {
    facts.back().consequence =
        "while it lasts, no checkpoint gets past what it sees, and a WAL grows";
  }
}

void add_wal(sqlite3* db, std::vector<CheckResult>& facts) {
  constexpr std::string_view kWalFormat = "https://www.sqlite.org/walformat.html";
  try {
    if (const std::optional<WalState> wal = read_wal_state(db)) {
      facts.push_back(fact("X008", "wal",
                           fmt::format("{} frames, {} backfilled", wal->frames, wal->backfilled),
                           kWalFormat));
    }
  } catch (const Error& error) {
    facts.push_back(fact("X008", "wal", "", kWalFormat));
    facts.back().observed.reset();
    facts.back().verdict = Verdict::Unknown;
    facts.back().reason = error.what();
  }
}

struct Counter {
  std::string_view name;
  int option;
};

constexpr Counter kCounters[] = {{"cache_used_bytes", SQLITE_DBSTATUS_CACHE_USED},
                                 {"cache_hits", SQLITE_DBSTATUS_CACHE_HIT},
                                 {"cache_misses", SQLITE_DBSTATUS_CACHE_MISS},
                                 {"cache_writes", SQLITE_DBSTATUS_CACHE_WRITE},
                                 {"cache_spills", SQLITE_DBSTATUS_CACHE_SPILL},
                                 {"deferred_foreign_keys", SQLITE_DBSTATUS_DEFERRED_FKS}};

}  // namespace

std::vector<CheckResult> connection_facts(sqlite3* db) {
  std::vector<CheckResult> facts;
  add_flags(db, facts);
  add_file(db, facts);
  add_uri(db, facts);
  add_activity(db, facts);
  add_wal(db, facts);
  facts.push_back(fact("X009", "sqlite",
                       fmt::format("{} {}", sqlite3_libversion(), sqlite3_sourceid()),
                       "https://www.sqlite.org/changes.html"));
  return facts;
}

std::vector<CheckResult> counter_facts(sqlite3* db) {
  std::vector<CheckResult> facts;
  for (const Counter& counter : kCounters) {
    int current = 0;
    int highest = 0;
    if (sqlite3_db_status(db, counter.option, &current, &highest, 0) != SQLITE_OK) continue;
    facts.push_back(fact("X010", counter.name, fmt::format("{}", current),
                         "https://www.sqlite.org/c3ref/c_dbstatus_options.html"));
  }
  return facts;
}

}  // namespace pragmark

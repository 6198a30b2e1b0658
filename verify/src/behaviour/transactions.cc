// What no PRAGMA repairs: T001 how a write transaction begins, T002 whether connections share a
// cache. Both make SQLite fail at once where busy_timeout was to make it wait.
#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <sqlite3.h>

#include "behaviour/behaviour_check.h"
#include "pragmark/error.h"

namespace pragmark::behaviour {
namespace {

// SQL that is to succeed or to fail, and for how long SQLite would have slept over it.
struct Outcome {
  int code = SQLITE_OK;
  std::int64_t slept_ms = 0;
};

Outcome timed_attempt(const Experiment& experiment, Connection& connection,
                      const std::string& sql) {
  const std::int64_t before = experiment.sleeps().milliseconds;
  const int code = attempt(connection, sql);
  return {.code = code, .slept_ms = experiment.sleeps().milliseconds - before};
}

// The timeout of the set, but never one for which SQLite would ask for millions of sleeps.
std::int64_t timeout_of(const Experiment& experiment) {
  return std::min<std::int64_t>(std::stoll(std::string(experiment.claim("busy_timeout"))),
                                kLongestPretendedWaitMs);
}

Connection open_patiently(const Experiment& experiment) {
  Connection connection = experiment.open();
  sqlite3_busy_timeout(connection.handle(), static_cast<int>(timeout_of(experiment)));
  return connection;
}

// ---- T001 ----

// A write transaction, begun as the library does or, in a control, by other SQL.
class WriteTransaction {
 public:
  WriteTransaction(const Experiment& experiment, Connection& connection) : connection_(connection) {
    if (experiment.begin().empty()) {
      ours_.emplace(connection);
    } else {
      connection.execute(std::string(experiment.begin()));
    }
  }
  // SQLite's code.
  [[nodiscard]] int commit() {
    if (!ours_) return attempt(connection_, "COMMIT");
    try {
      ours_->commit();
    } catch (const Error& error) {
      return error.extended_code();
    }
    return SQLITE_OK;
  }

 private:
  Connection& connection_;
  std::optional<Transaction> ours_;
};

// A transaction reads, another connection writes or tries to, the transaction writes. What was
// begun as a reader cannot become a writer then, and no timeout makes it wait.
Observation observe_transactions(Experiment& experiment) {
  if (experiment.is_exclusive()) {
    return not_applicable("locking_mode=EXCLUSIVE: there is no other connection to write between");
  }
  Connection writer = open_patiently(experiment);
  writer.execute("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  Connection other = experiment.open();

  WriteTransaction transaction(experiment, writer);
  static_cast<void>(number(writer, "SELECT count(*) FROM t"));
  const int between = attempt(other, "BEGIN IMMEDIATE; INSERT INTO t VALUES (2)");
  // In WAL mode the other one is done already; with a rollback journal it waits for the reader.
  if (between == SQLITE_OK && experiment.claim("journal_mode") == "WAL") other.execute("COMMIT");
  const Outcome write = timed_attempt(experiment, writer, "INSERT INTO t VALUES (3)");
  const int code = write.code == SQLITE_OK ? transaction.commit() : write.code;

  const std::string seen =
      fmt::format("write after read: {} after {} ms of {}; a writer between: {}", code_name(code),
                  write.slept_ms, timeout_of(experiment), code_name(between));
  return code == SQLITE_OK && between == SQLITE_BUSY ? as_claimed(seen) : contrary(seen);
}

constexpr std::array<std::string_view, 3> kBeginRight = {"production", "default",
                                                         "production+busy_timeout=2147483647"};
constexpr std::array kBeginControls = {
    Control{.what = "a transaction that begins as a reader (BEGIN), in WAL mode",
            .claimed = "production",
            .applied = "production",
            .expected = Verdict::Fail,
            .begin = "BEGIN"},
    Control{.what = "a transaction that begins as a reader (BEGIN), with a rollback journal",
            .claimed = "default+busy_timeout=5000",
            .applied = "default+busy_timeout=5000",
            .expected = Verdict::Fail,
            .begin = "BEGIN"},
};

// ---- T002 ----

// A reader beside an open write transaction, and a second writer beside it.
Observation observe_shared_cache(Experiment& experiment) {
  if (experiment.is_exclusive()) {
    return not_applicable("locking_mode=EXCLUSIVE: there is no other connection to share with");
  }
  if (sqlite3_compileoption_used("OMIT_SHARED_CACHE") != 0) {
    return not_applicable("this library is built without shared caches");
  }
  Connection writer = experiment.open();
  writer.execute("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  Connection other = open_patiently(experiment);
  writer.execute("BEGIN IMMEDIATE; INSERT INTO t VALUES (2)");
  const int read = attempt(other, "SELECT count(*) FROM t");
  const Outcome write = timed_attempt(experiment, other, "BEGIN IMMEDIATE");
  writer.execute("ROLLBACK");

  const std::string seen =
      fmt::format("beside a writer: read {}, write {} after {} ms of {}", code_name(read),
                  code_name(write.code), write.slept_ms, timeout_of(experiment));
  const bool is_private = read == SQLITE_OK && write.code == SQLITE_BUSY;
  return is_private ? as_claimed(seen) : contrary(seen);
}

constexpr std::array<std::string_view, 2> kCacheRight = {"production", "default"};
constexpr std::array kCacheControls = {
    Control{.what = "a database opened with cache=shared, in WAL mode",
            .claimed = "production",
            .applied = "production",
            .expected = Verdict::Fail,
            .uri_query = "cache=shared"},
    Control{.what = "a database opened with cache=shared, with a rollback journal",
            .claimed = "default+busy_timeout=5000",
            .applied = "default+busy_timeout=5000",
            .expected = Verdict::Fail,
            .uri_query = "cache=shared"},
};

constexpr std::array kChecks = {
    BehaviourCheck{
        .id = "T001",
        .setting = "transactions",
        .question = "may a transaction that has read still write after another connection did?",
        .claim = "begun as writers",
        .runs = Runs::Always,
        .consequence = "a transaction that reads first and then writes fails at once with "
                       "SQLITE_BUSY, whatever busy_timeout says, and must be repeated as a whole",
        .repair = "BEGIN IMMEDIATE;",
        .documentation = "https://www.sqlite.org/lang_transaction.html#immediate",
        .observe = observe_transactions,
        .right = kBeginRight,
        .controls = kBeginControls},
    BehaviourCheck{
        .id = "T002",
        .setting = "shared cache",
        .question = "do readers and writers of one process wait for each other's tables?",
        .claim = "one cache each",
        .runs = Runs::Always,
        .consequence = "readers are blocked by the writer in WAL mode too, with SQLITE_LOCKED, for "
                       "which no busy_timeout waits",
        .repair = "open without cache=shared, and without sqlite3_enable_shared_cache()",
        .documentation = "https://www.sqlite.org/sharedcache.html#dontuse",
        .observe = observe_shared_cache,
        .right = kCacheRight,
        .controls = kCacheControls},
};

}  // namespace

std::span<const BehaviourCheck> transaction_checks() noexcept { return kChecks; }

}  // namespace pragmark::behaviour

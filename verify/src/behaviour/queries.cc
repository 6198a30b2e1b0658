// How queries are planned and what they see: Q001 automatic_index, Q002 reverse_unordered_selects,
// Q003 analysis_limit, Q004 read_uncommitted.
#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>
#include <sqlite3.h>

#include "behaviour/behaviour_check.h"
#include "behaviour/scratch_pages.h"

namespace pragmark::behaviour {
namespace {

constexpr std::string_view kNumbers =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) ";

// SQLite counts the rows that it puts into an index of its own making.
Observation observe_automatic_index(Experiment& experiment) {
  constexpr std::int64_t kRows = 200;
  Connection connection = experiment.open();
  connection.execute("CREATE TABLE first(number INTEGER); CREATE TABLE second(number INTEGER)");
  for (const std::string_view table : {"first", "second"}) {
    connection.execute(fmt::format(fmt::runtime(kNumbers), kRows) +
                       fmt::format("INSERT INTO {} SELECT i FROM n", table));
  }
  Statement join = connection.prepare("SELECT count(*) FROM first JOIN second USING (number)");
  join.run();
  const int indexed = sqlite3_stmt_status(join.handle(), SQLITE_STMTSTATUS_AUTOINDEX, 0);
  const std::string seen = fmt::format(
      "{} of {} rows put into an automatic index by a join without one", indexed, kRows);
  return (indexed > 0) == (experiment.claim() == "ON") ? as_claimed(seen) : contrary(seen);
}

Observation observe_reverse_unordered_selects(Experiment& experiment) {
  Connection connection = experiment.open();
  connection.execute(
      "CREATE TABLE three(id INTEGER PRIMARY KEY); INSERT INTO three VALUES (1), (2), (3)");
  const std::int64_t first = number(connection, "SELECT id FROM three");
  const std::string seen = fmt::format("row {} of 3 comes first when no order is asked for", first);
  return (first == 3) == (experiment.claim() == "ON") ? as_claimed(seen) : contrary(seen);
}

std::int64_t steps_of_analyze(Connection& connection) {
  Statement analyze = connection.prepare("ANALYZE");
  analyze.run();
  return sqlite3_stmt_status(analyze.handle(), SQLITE_STMTSTATUS_VM_STEP, 0);
}

// The steps of the virtual machine that an ANALYZE takes are those for a row times the rows of the
// index that it reads; how many are those for a row, an ANALYZE without a limit tells.
Observation observe_analysis_limit(Experiment& experiment) {
  constexpr std::int64_t kFewRows = 4000;
  constexpr std::int64_t kMostRows = 100'000;
  const std::int64_t claimed = claimed_integer(experiment, "analysis_limit");
  if (claimed > kMostRows / 4) {
    return not_applicable(fmt::format(
        "to see a limit above {} rows takes more rows than are made here", kMostRows / 4));
  }
  const std::int64_t rows = std::max(kFewRows, claimed * 4);
  std::int64_t all_steps = 0;
  {
    Connection maker = open_maker(experiment);
    maker.execute(
        "CREATE TABLE numbers(number INTEGER); CREATE INDEX by_number ON numbers(number)");
    maker.execute(fmt::format(fmt::runtime(kNumbers), rows) +
                  "INSERT INTO numbers SELECT i FROM n");
    apply_settings(maker.handle(), std::array{parse_setting("analysis_limit", "0")}, maker.kind());
    all_steps = steps_of_analyze(maker);
  }
  Connection connection = experiment.open();
  const std::int64_t read = steps_of_analyze(connection) * rows / all_steps;
  const std::string seen = fmt::format("ANALYZE reads about {} of {} rows", read, rows);
  const bool as_limited = claimed == 0
                              ? read >= rows * 9 / 10
                              : read >= claimed / 2 && read <= claimed * 3 / 2 + kFewRows / 40;
  return as_limited ? consistent(seen) : contrary(seen);
}

// A reader that looks while a writer has not committed. Only a shared cache could show it the row.
Observation observe_read_uncommitted(Experiment& experiment) {
  if (experiment.is_exclusive()) {
    return not_applicable("locking_mode=EXCLUSIVE keeps every reader out");
  }
  Connection writer = experiment.open();
  writer.execute("CREATE TABLE dirty(id INTEGER PRIMARY KEY)");
  Connection reader = experiment.open();
  Transaction transaction(writer);
  writer.execute("INSERT INTO dirty VALUES (1)");
  const std::int64_t rows = number(reader, "SELECT count(*) FROM dirty");
  Observation seen =
      consistent(fmt::format("{} of 1 uncommitted row seen by another connection", rows));
  if ((rows == 1) == (experiment.claim() == "ON")) return seen;
  seen.effect = Effect::Contrary;
  if (rows == 0) seen.reason = "it takes a shared cache, which no strategy uses";
  return seen;
}

constexpr std::array<std::string_view, 2> kAutomaticIndexRight = {"production+automatic_index=ON",
                                                                  "production+automatic_index=OFF"};
constexpr std::array kAutomaticIndexControls = {
    Control{.what = "OFF behind a set that claims ON",
            .claimed = "production+automatic_index=ON",
            .applied = "production+automatic_index=OFF",
            .expected = Verdict::Fail},
    Control{.what = "ON behind a set that claims OFF",
            .claimed = "production+automatic_index=OFF",
            .applied = "production+automatic_index=ON",
            .expected = Verdict::Fail},
};

constexpr std::array<std::string_view, 2> kReverseRight = {
    "production+reverse_unordered_selects=ON", "production+reverse_unordered_selects=OFF"};
constexpr std::array kReverseControls = {
    Control{.what = "OFF behind a set that claims ON",
            .claimed = "production+reverse_unordered_selects=ON",
            .applied = "production+reverse_unordered_selects=OFF",
            .expected = Verdict::Fail},
    Control{.what = "ON behind a set that claims OFF",
            .claimed = "production+reverse_unordered_selects=OFF",
            .applied = "production+reverse_unordered_selects=ON",
            .expected = Verdict::Fail},
};

constexpr std::array<std::string_view, 3> kAnalysisLimitRight = {
    "production+analysis_limit=400", "production+analysis_limit=0", "default+analysis_limit=5000"};
constexpr std::array kAnalysisLimitControls = {
    Control{.what = "no limit behind a set that claims 400 rows",
            .claimed = "production+analysis_limit=400",
            .applied = "production+analysis_limit=0",
            .expected = Verdict::Fail},
    Control{.what = "400 rows behind a set that claims no limit",
            .claimed = "production+analysis_limit=0",
            .applied = "production+analysis_limit=400",
            .expected = Verdict::Fail},
};

constexpr std::array<std::string_view, 1> kReadUncommittedRight = {
    "production+read_uncommitted=OFF"};
constexpr std::array kReadUncommittedControls = {
    Control{.what = "ON without a shared cache",
            .claimed = "production+read_uncommitted=ON",
            .applied = "production+read_uncommitted=ON",
            .expected = Verdict::Ineffective},
    Control{.what = "ON in a shared cache behind a set that claims OFF",
            .claimed = "default+read_uncommitted=OFF",
            .applied = "default+read_uncommitted=ON",
            .expected = Verdict::Fail,
            .uri_query = "cache=shared"},
};

constexpr std::array kChecks = {
    BehaviourCheck{
        .id = "Q001",
        .setting = "automatic_index",
        .question = "does a join without an index make itself one?",
        .claim = "",
        .runs = Runs::IfInSet,
        .consequence = "joins without an index cannot build one",
        .repair = "",
        .documentation = "https://www.sqlite.org/optoverview.html#automatic_query_time_indexes",
        .observe = observe_automatic_index,
        .right = kAutomaticIndexRight,
        .controls = kAutomaticIndexControls},
    BehaviourCheck{.id = "Q002",
                   .setting = "reverse_unordered_selects",
                   .question = "which row comes first when no order is asked for?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "unordered results come in another order",
                   .repair = "",
                   .documentation = "",
                   .observe = observe_reverse_unordered_selects,
                   .right = kReverseRight,
                   .controls = kReverseControls},
    BehaviourCheck{.id = "Q003",
                   .setting = "analysis_limit",
                   .question = "how many rows of an index does ANALYZE read?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "ANALYZE reads whole indexes, or too few rows of them",
                   .repair = "",
                   .documentation = "",
                   .observe = observe_analysis_limit,
                   .right = kAnalysisLimitRight,
                   .controls = kAnalysisLimitControls},
    BehaviourCheck{.id = "Q004",
                   .setting = "read_uncommitted",
                   .question = "does a reader see what a writer has not committed?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "readers do not see, or do see, what is not committed",
                   .repair = "leave it OFF: ON takes a shared cache, which voids busy_timeout",
                   .documentation = "",
                   .observe = observe_read_uncommitted,
                   .right = kReadUncommittedRight,
                   .controls = kReadUncommittedControls},
};

}  // namespace

std::span<const BehaviourCheck> query_checks() noexcept { return kChecks; }

}  // namespace pragmark::behaviour

// What the schema may do and what a damaged or hostile one is kept from: S001 cell_size_check,
// S002 trusted_schema, S003 ignore_check_constraints, S004 recursive_triggers,
// S005 legacy_alter_table.
#include <array>
#include <fstream>
#include <string>

#include <fmt/format.h>
#include <sqlite3.h>

#include "behaviour/behaviour_check.h"
#include "behaviour/scratch_pages.h"
#include "pragmark/error.h"

namespace pragmark::behaviour {
namespace {

Observation on_or_off(const Experiment& experiment, bool on, std::string seen) {
  return on == (experiment.claim() == "ON") ? as_claimed(std::move(seen))
                                            : contrary(std::move(seen));
}

// Makes the cell of row 1, which lies at the end of its page, reach beyond that end: the first byte
// of a cell is the size of its payload (below 128), see
// https://www.sqlite.org/fileformat2.html#b_tree_pages.
void enlarge_first_cell(const Experiment& experiment) {
  constexpr std::string_view kContent = "the first row";
  constexpr char kTooLarge = 127;
  // Payload size, rowid, header size, type of the id (NULL), type of the text: one byte each.
  constexpr std::streamoff kBeforeContent = 5;
  std::int64_t root = 0;
  {
    Connection maker = open_maker(experiment);
    maker.execute("CREATE TABLE cells(id INTEGER PRIMARY KEY, content TEXT);"
                  "INSERT INTO cells VALUES (1, 'the first row'), (2, 'the second row')");
    root = number(maker, "SELECT rootpage FROM sqlite_schema WHERE name = 'cells'");
  }
  const std::int64_t page_end = root * claimed_integer(experiment, "page_size");
  const std::streamoff cell =
      page_end - static_cast<std::streamoff>(kContent.size()) - kBeforeContent;
  std::fstream file(experiment.file(), std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(cell);
  file.put(kTooLarge);
  file.close();
  if (!file) throw Error::environment("write", "the cell cannot be changed", experiment.file());
}

// Row 2 is whole and on the same page: only who checks every cell of a page notices row 1.
Observation observe_cell_size_check(Experiment& experiment) {
  enlarge_first_cell(experiment);
  Connection connection = experiment.open();
  const int code = attempt(connection, "SELECT content FROM cells WHERE id = 2");
  const bool noticed = (code & 0xff) == SQLITE_CORRUPT;
  return on_or_off(experiment, noticed,
                   fmt::format("a row beside an oversize cell: {}",
                               noticed ? "refused, " + code_name(code) : "read"));
}

void answer_one(sqlite3_context* context, int /*count*/, sqlite3_value** /*values*/) {
  sqlite3_result_int(context, 1);
}

// A view may call any function of the application, or only those that are marked as innocuous.
// (SQLITE_DIRECTONLY would be refused either way.)
Observation observe_trusted_schema(Experiment& experiment) {
  Connection connection = experiment.open();
  for (const auto& [name, flags] : {std::pair{"unmarked", SQLITE_UTF8},
                                    std::pair{"innocuous", SQLITE_UTF8 | SQLITE_INNOCUOUS}}) {
    sqlite3_create_function_v2(connection.handle(), name, 0, flags, nullptr, answer_one, nullptr,
                               nullptr, nullptr);
  }
  connection.execute("CREATE VIEW calls_unmarked AS SELECT unmarked() AS one;"
                     "CREATE VIEW calls_innocuous AS SELECT innocuous() AS one");
  const bool refused = attempt(connection, "SELECT one FROM calls_unmarked") != SQLITE_OK;
  const bool innocuous_refused =
      attempt(connection, "SELECT one FROM calls_innocuous") != SQLITE_OK;
  const std::string seen =
      fmt::format("a view's function: {}, {} when marked as innocuous",
                  refused ? "refused" : "called", innocuous_refused ? "refused" : "called");
  if (innocuous_refused) return contrary(seen);
  return on_or_off(experiment, !refused, seen);
}

Observation observe_ignore_check_constraints(Experiment& experiment) {
  Connection connection = experiment.open();
  connection.execute("CREATE TABLE small(number INTEGER CHECK (number < 10))");
  const int code = attempt(connection, "INSERT INTO small VALUES (11)");
  const bool stored = number(connection, "SELECT count(*) FROM small") == 1;
  if (!stored && code != SQLITE_CONSTRAINT_CHECK) {
    return undetermined(code_name(code), "a row that violates CHECK failed for another reason");
  }
  return on_or_off(experiment, stored,
                   fmt::format("a row that violates CHECK: {}", stored ? "stored" : "refused"));
}

// A trigger that inserts into its own table: 3 makes 2, which makes 1 only when triggers recurse.
Observation observe_recursive_triggers(Experiment& experiment) {
  Connection connection = experiment.open();
  connection.execute("CREATE TABLE countdown(number INTEGER);"
                     "CREATE TRIGGER count_down AFTER INSERT ON countdown WHEN NEW.number > 1 "
                     "BEGIN INSERT INTO countdown VALUES (NEW.number - 1); END;"
                     "INSERT INTO countdown VALUES (3)");
  const std::int64_t rows = number(connection, "SELECT count(*) FROM countdown");
  return on_or_off(experiment, rows == 3,
                   fmt::format("{} rows of a trigger that fires itself, 3 if it does", rows));
}

Observation observe_legacy_alter_table(Experiment& experiment) {
  Connection connection = experiment.open();
  connection.execute("CREATE TABLE before_it(number INTEGER);"
                     "CREATE VIEW of_it AS SELECT number FROM before_it;"
                     "ALTER TABLE before_it RENAME TO after_it");
  const bool left = number(connection, "SELECT sql LIKE '%before_it%' FROM sqlite_schema "
                                       "WHERE name = 'of_it'") == 1;
  return on_or_off(
      experiment, left,
      fmt::format("a view names a renamed table by its {} name", left ? "old" : "new"));
}

constexpr std::array<std::string_view, 2> kCellSizeRight = {"production+cell_size_check=ON",
                                                            "production+cell_size_check=OFF"};
constexpr std::array kCellSizeControls = {
    Control{.what = "OFF behind a set that claims ON",
            .claimed = "production+cell_size_check=ON",
            .applied = "production+cell_size_check=OFF",
            .expected = Verdict::Fail},
    Control{.what = "ON behind a set that claims OFF",
            .claimed = "production+cell_size_check=OFF",
            .applied = "production+cell_size_check=ON",
            .expected = Verdict::Fail},
};

constexpr std::array<std::string_view, 2> kTrustedRight = {"production+trusted_schema=ON",
                                                           "production+trusted_schema=OFF"};
constexpr std::array kTrustedControls = {
    Control{.what = "OFF behind a set that claims ON",
            .claimed = "production+trusted_schema=ON",
            .applied = "production+trusted_schema=OFF",
            .expected = Verdict::Fail},
    Control{.what = "ON behind a set that claims OFF",
            .claimed = "production+trusted_schema=OFF",
            .applied = "production+trusted_schema=ON",
            .expected = Verdict::Fail},
};

constexpr std::array<std::string_view, 2> kIgnoreCheckRight = {
    "production+ignore_check_constraints=ON", "production+ignore_check_constraints=OFF"};
constexpr std::array kIgnoreCheckControls = {
    Control{.what = "OFF behind a set that claims ON",
            .claimed = "production+ignore_check_constraints=ON",
            .applied = "production+ignore_check_constraints=OFF",
            .expected = Verdict::Fail},
    Control{.what = "ON behind a set that claims OFF",
            .claimed = "production+ignore_check_constraints=OFF",
            .applied = "production+ignore_check_constraints=ON",
            .expected = Verdict::Fail},
};

constexpr std::array<std::string_view, 2> kRecursiveRight = {"production+recursive_triggers=ON",
                                                             "production+recursive_triggers=OFF"};
constexpr std::array kRecursiveControls = {
    Control{.what = "OFF behind a set that claims ON",
            .claimed = "production+recursive_triggers=ON",
            .applied = "production+recursive_triggers=OFF",
            .expected = Verdict::Fail},
    Control{.what = "ON behind a set that claims OFF",
            .claimed = "production+recursive_triggers=OFF",
            .applied = "production+recursive_triggers=ON",
            .expected = Verdict::Fail},
};

constexpr std::array<std::string_view, 2> kLegacyAlterRight = {"production+legacy_alter_table=ON",
                                                               "production+legacy_alter_table=OFF"};
constexpr std::array kLegacyAlterControls = {
    Control{.what = "OFF behind a set that claims ON",
            .claimed = "production+legacy_alter_table=ON",
            .applied = "production+legacy_alter_table=OFF",
            .expected = Verdict::Fail},
    Control{.what = "ON behind a set that claims OFF",
            .claimed = "production+legacy_alter_table=OFF",
            .applied = "production+legacy_alter_table=ON",
            .expected = Verdict::Fail},
};

constexpr std::array kChecks = {
    BehaviourCheck{
        .id = "S001",
        .setting = "cell_size_check",
        .question = "is a cell that reaches beyond its page noticed when the page is read?",
        .claim = "",
        .runs = Runs::IfInSet,
        .consequence = "a damaged page is noticed later, or never",
        .repair = "",
        .documentation = "",
        .observe = observe_cell_size_check,
        .right = kCellSizeRight,
        .controls = kCellSizeControls},
    BehaviourCheck{.id = "S002",
                   .setting = "trusted_schema",
                   .question = "may a view call any function of the application?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "a hostile schema may call functions with side effects",
                   .repair = "",
                   .documentation = "https://www.sqlite.org/src/doc/latest/doc/trusted-schema.md",
                   .observe = observe_trusted_schema,
                   .right = kTrustedRight,
                   .controls = kTrustedControls},
    BehaviourCheck{.id = "S003",
                   .setting = "ignore_check_constraints",
                   .question = "is a row stored that violates CHECK?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "rows that violate CHECK are stored",
                   .repair = "",
                   .documentation = "",
                   .observe = observe_ignore_check_constraints,
                   .right = kIgnoreCheckRight,
                   .controls = kIgnoreCheckControls},
    BehaviourCheck{.id = "S004",
                   .setting = "recursive_triggers",
                   .question = "does a trigger fire itself?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "triggers do not fire from triggers, or do without end",
                   .repair = "",
                   .documentation = "",
                   .observe = observe_recursive_triggers,
                   .right = kRecursiveRight,
                   .controls = kRecursiveControls},
    BehaviourCheck{.id = "S005",
                   .setting = "legacy_alter_table",
                   .question = "does renaming a table rename it in views and triggers?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "ALTER TABLE RENAME leaves references behind",
                   .repair = "",
                   .documentation = "",
                   .observe = observe_legacy_alter_table,
                   .right = kLegacyAlterRight,
                   .controls = kLegacyAlterControls},
};

}  // namespace

std::span<const BehaviourCheck> schema_checks() noexcept { return kChecks; }

}  // namespace pragmark::behaviour

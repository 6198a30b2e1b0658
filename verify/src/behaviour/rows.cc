// What rows a database lets in: R001 foreign_keys.
#include <array>

#include <fmt/format.h>
#include <sqlite3.h>

#include "behaviour/behaviour_check.h"

namespace pragmark::behaviour {
namespace {

// An orphan must be refused, and a parent must take its children along.
Observation observe_foreign_keys(Experiment& experiment) {
  Connection connection = experiment.open();
  connection.execute("CREATE TABLE parent(id INTEGER PRIMARY KEY);"
                     "CREATE TABLE child(id INTEGER PRIMARY KEY,"
                     "  parent_id INTEGER REFERENCES parent(id) ON DELETE CASCADE);"
                     "CREATE INDEX child_parent ON child(parent_id);"
                     "INSERT INTO parent VALUES (1);"
                     "INSERT INTO child VALUES (1, 1), (2, 1)");
  const int orphan = attempt(connection, "INSERT INTO child VALUES (3, 99)");
  connection.execute("DELETE FROM parent WHERE id = 1");
  const std::int64_t left = number(connection, "SELECT count(*) FROM child WHERE parent_id = 1");
  const bool enforced = orphan == SQLITE_CONSTRAINT_FOREIGNKEY;
  const bool cascaded = left == 0;
  const std::string seen = fmt::format("orphan {}, {} of 2 children deleted with their parent",
                                       enforced ? "refused" : "stored", 2 - left);
  const bool claimed = experiment.claim() == "ON";
  return enforced == claimed && cascaded == claimed ? as_claimed(seen) : contrary(seen);
}

constexpr std::array<std::string_view, 2> kRight = {"production", "default"};
constexpr std::array kControls = {
    Control{.what = "OFF behind a set that claims ON",
            .claimed = "production",
            .applied = "production+foreign_keys=OFF",
            .expected = Verdict::Fail},
    Control{.what = "ON behind a set that claims OFF",
            .claimed = "default",
            .applied = "default+foreign_keys=ON",
            .expected = Verdict::Fail},
};

constexpr std::array kChecks = {
    BehaviourCheck{.id = "R001",
                   .setting = "foreign_keys",
                   .question = "is an orphan refused, and does deleting a parent cascade?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "orphan rows are stored and nothing cascades",
                   .repair = "",
                   .documentation = "https://www.sqlite.org/foreignkeys.html",
                   .observe = observe_foreign_keys,
                   .right = kRight,
                   .controls = kControls},
};

}  // namespace

std::span<const BehaviourCheck> row_checks() noexcept { return kChecks; }

}  // namespace pragmark::behaviour

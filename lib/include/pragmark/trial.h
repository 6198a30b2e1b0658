// What SQLite makes of settings as somebody wrote them, found by telling them to a throw-away
// database and asking again.
//
//   const TrialStep step{.action = TrialAction::Set, .name = "synchronous", .operand = "FLUL"};
//   try_steps(scratch.file("trial.db"), {&step, 1}).front().after;   // "NORMAL"
//
// Not for a database that anybody needs: try_steps() removes the file that it is given.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/pragma.h"

namespace pragmark {

enum class TrialAction { Set, Begin, Commit, CreateTable, Vacuum };

struct TrialStep {
  TrialAction action;
  std::string name;     // of the setting; empty unless the action is Set
  std::string operand;  // as written in SQL: 64, -20000, WAL, 'WAL', "64MB"
};

// What became of one step.
struct TrialOutcome {
  std::string error;   // SQLite's words; empty when it took the statement
  std::string after;   // read back right after it, in canonical form; empty for other actions
  std::string at_end;  // read back after the last step
};

// Whether a setting may be tried: it is in the table of settings, or is known to touch nothing but
// the database that it is told to. Case-insensitive.
[[nodiscard]] bool can_be_tried(std::string_view name) noexcept;

// How the values of a setting that can be tried are written; nothing for any other.
[[nodiscard]] std::optional<ValueKind> value_kind(std::string_view name) noexcept;

// Whether `operand` is one number, one word or one quoted string, and nothing more.
[[nodiscard]] bool is_one_operand(std::string_view operand) noexcept;

// Every PRAGMA that the linked library knows, settings or not.
[[nodiscard]] std::vector<std::string> pragma_names();

// The name of those that is a slip of the finger away from `name`; nothing when none is, or when
// `name` is too short to tell.
[[nodiscard]] std::optional<std::string> nearest_pragma(std::string_view name,
                                                        std::span<const std::string> names);

// Runs the steps in their order on a new database at `path`, which is removed again, and says what
// became of each. A step that SQLite refuses does not end the trial. Throws Error when the database
// cannot be opened.
// REQUIRES: every step that sets can_be_tried() and its operand is_one_operand().
[[nodiscard]] std::vector<TrialOutcome> try_steps(const std::string& path,
                                                  std::span<const TrialStep> steps);

}  // namespace pragmark

// What the linked SQLite makes of a setting as somebody wrote it; for error messages and trials.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/pragma.h"

namespace pragmark {

// The value that SQLite would have in effect after being told `written`, found by telling it to a
// throw-away in-memory database.
[[nodiscard]] std::string heard_by_sqlite(const PragmaSpec& spec, std::string_view written);

// Whether SQLite knows the name as a PRAGMA of any kind.
[[nodiscard]] bool known_to_sqlite(std::string_view name);

// All names that it knows, of any kind.
[[nodiscard]] std::vector<std::string> listed_pragmas(sqlite3* handle);

// Tells SQLite the setting, and returns its words when it refuses. `name` and `operand` go into the
// statement as they are: trial.h says what they may be.
[[nodiscard]] std::string tell(sqlite3* handle, std::string_view name, std::string_view operand);

// What SQLite answers when asked for the setting; nothing when it does not answer. Throws Error
// when it cannot.
[[nodiscard]] std::optional<std::string> ask(sqlite3* handle, std::string_view name);

}  // namespace pragmark

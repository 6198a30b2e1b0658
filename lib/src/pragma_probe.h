// What the linked SQLite makes of a setting that is written wrongly; for error messages.
#pragma once

#include <string>
#include <string_view>

#include "pragmark/pragma.h"

namespace pragmark {

// The value that SQLite would have in effect after being told `written`, found by telling it to a
// throw-away in-memory database.
[[nodiscard]] std::string heard_by_sqlite(const PragmaSpec& spec, std::string_view written);

// Whether SQLite knows the name as a PRAGMA of any kind.
[[nodiscard]] bool known_to_sqlite(std::string_view name);

}  // namespace pragmark

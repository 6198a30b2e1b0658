// Connection strings: parameters that the driver ignores without an error, values that SQLite
// mishears, and a shared cache.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lint/judge.h"

namespace pragmark::lint {

// Which Go driver a file imports; each ignores the other's parameters without an error.
enum class GoDriver { Unknown, Mattn, Modernc };

[[nodiscard]] GoDriver go_driver(std::string_view source);

struct LocatedOpinion {
  std::size_t at;  // in the connection string
  Opinion opinion;
};

// Nothing when `text` is no connection string of SQLite.
[[nodiscard]] std::vector<LocatedOpinion> judge_connection_string(Judge& judge,
                                                                  std::string_view text,
                                                                  GoDriver driver);

// What the second connection of a shared cache hears from a busy_timeout while the first one
// writes, tried on a database at `path`; empty when the library has no shared cache.
[[nodiscard]] std::string heard_with_shared_cache(const std::string& path);

}  // namespace pragmark::lint

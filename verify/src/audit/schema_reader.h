// What the schema of a database declares, asked by SQL.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pragmark/connection.h"

namespace pragmark::inspect {

struct ForeignKey {
  std::string child;
  std::string parent;
  std::vector<std::string> columns;  // of the child
  bool parent_exists = false;
};

// Every foreign key, by child table.
[[nodiscard]] std::vector<ForeignKey> foreign_keys_of(Connection& connection);

// Whether a search for the key's columns in the child can use an index or the row number. A partial
// index counts when it leaves out NULLs only, as these refer to nothing.
[[nodiscard]] bool is_indexed(Connection& connection, const ForeignKey& key);

// "a""b": any name as an identifier.
[[nodiscard]] std::string quoted_name(std::string_view name);

}  // namespace pragmark::inspect

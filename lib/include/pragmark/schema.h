// The database's tables and their version. ARCHITECTURE.md shows them and says what each index is
// for.
#pragma once

#include <string_view>

#include "pragmark/connection.h"

namespace pragmark {

inline constexpr int kSchemaVersion = 1;  // stored in user_version

[[nodiscard]] std::string_view schema_sql() noexcept;

// Returns true when the database has the schema and false when it is empty. Throws Error (kind
// Schema) when its version is newer than kSchemaVersion or when it holds tables of something else.
[[nodiscard]] bool has_schema(Connection& connection);

// Creates the schema in an empty database; does nothing to one that has it. Throws as has_schema().
void create_schema(Connection& connection);

}  // namespace pragmark

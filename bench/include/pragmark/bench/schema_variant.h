// Other ways to lay out the table that the benchmarks write, to measure what each costs.
//
//   const SchemaVariant* variant = find_schema_variant("no-indexes");
//   variant->change(connection);       // of an empty database that has the store's schema
//
// For experiments: a variant lacks what some read of the store needs. "standard" is the store's.
#pragma once

#include <span>
#include <string_view>

#include "pragmark/connection.h"

namespace pragmark {

inline constexpr std::string_view kStandardSchema = "standard";

struct SchemaVariant {
  std::string_view name;
  std::string_view description;
  // Throws Error. Leaves the rows' columns, and the statements for them, as they are.
  // REQUIRES: the tables are empty.
  void (*change)(Connection& connection);
};

// The standard one first.
[[nodiscard]] std::span<const SchemaVariant> schema_variants() noexcept;
// Null when there is none of this name.
[[nodiscard]] const SchemaVariant* find_schema_variant(std::string_view name) noexcept;

}  // namespace pragmark

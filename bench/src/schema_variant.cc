#include "pragmark/bench/schema_variant.h"

#include <algorithm>
#include <string>
#include <vector>

#include "pragmark/assert.h"

namespace pragmark {
namespace {

void drop_index_by_priority(Connection& connection) {
  connection.execute("DROP INDEX topics_by_priority");
}

void drop_indexes(Connection& connection) {
  connection.execute("DROP INDEX topics_by_priority; DROP INDEX topics_by_status");
}

// The rows in the index of the primary key instead of a table and an index.
void without_rowid(Connection& connection) {
  std::vector<std::string> statements;  // the table's, then its indexes'
  Statement schema = connection.prepare(
      "SELECT sql FROM sqlite_schema WHERE tbl_name = 'topics' AND sql IS NOT NULL "
      "ORDER BY type = 'table' DESC");
  while (schema.step()) statements.emplace_back(schema.text(0));
  schema.reset();
  PRAGMARK_ASSERT(!statements.empty());
  statements.front() += " WITHOUT ROWID";
  connection.execute("DROP TABLE topics");
  for (const std::string& statement : statements) connection.execute(statement);
}

constexpr SchemaVariant kVariants[] = {
    {kStandardSchema, "the store's", [](Connection&) {}},
    {"one-index", "topics without the index by priority", drop_index_by_priority},
    {"no-indexes", "topics without the indexes by priority and by status", drop_indexes},
    {"without-rowid", "topics WITHOUT ROWID: the rows lie in the index of their ids",
     without_rowid},
};

}  // namespace

std::span<const SchemaVariant> schema_variants() noexcept { return kVariants; }

const SchemaVariant* find_schema_variant(std::string_view name) noexcept {
  const auto* found = std::ranges::find(kVariants, name, &SchemaVariant::name);
  return found == std::end(kVariants) ? nullptr : found;
}

}  // namespace pragmark

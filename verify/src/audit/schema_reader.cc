#include "audit/schema_reader.h"

namespace pragmark::inspect {
namespace {

constexpr std::string_view kForeignKeys =
    "SELECT child.name, key.id, key.\"table\", key.\"from\","
    "       EXISTS (SELECT 1 FROM sqlite_master AS parent WHERE parent.type = 'table'"
    "               AND parent.name = key.\"table\" COLLATE NOCASE)"
    "  FROM sqlite_master AS child JOIN pragma_foreign_key_list(child.name) AS key"
    " WHERE child.type = 'table' ORDER BY child.rowid, key.id, key.seq";

// The first columns of the indexes of ?1, and its row number when it has a name.
constexpr std::string_view kLeadingColumns =
    "SELECT part.name FROM pragma_index_list(?1) AS entry"
    "  JOIN pragma_index_info(entry.name) AS part"
    "  LEFT JOIN sqlite_master AS made ON made.type = 'index' AND made.name = entry.name"
    " WHERE part.seqno = 0 AND (entry.partial = 0 OR upper(made.sql) LIKE '%IS NOT NULL%')"
    " UNION ALL "
    "SELECT name FROM pragma_table_info(?1) WHERE pk = 1 AND upper(type) = 'INTEGER'"
    "   AND (SELECT count(*) FROM pragma_table_info(?1) WHERE pk > 0) = 1";

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

}  // namespace

std::vector<ForeignKey> foreign_keys_of(Connection& connection) {
  std::vector<ForeignKey> keys;
  std::int64_t last_id = -1;
  Statement rows = connection.prepare(kForeignKeys);
  while (rows.step()) {
    if (keys.empty() || keys.back().child != rows.text(0) || rows.integer(1) != last_id) {
      keys.push_back({.child = std::string(rows.text(0)),
                      .parent = std::string(rows.text(2)),
                      .columns = {},
                      .parent_exists = rows.integer(4) != 0});
      last_id = rows.integer(1);
    }
    keys.back().columns.emplace_back(rows.text(3));
  }
  return keys;
}

bool is_indexed(Connection& connection, const ForeignKey& key) {
  Statement rows = connection.prepare(kLeadingColumns);
  rows.bind(1, key.child);
  while (rows.step()) {
    for (const std::string& column : key.columns) {
      if (equal_ignoring_case(rows.text(0), column)) return true;
    }
  }
  return false;
}

std::string quoted_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace pragmark::inspect

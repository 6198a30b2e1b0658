// Calls that take a setting without the keyword: db.pragma("journal_mode = WAL") of better-sqlite3,
// .pragma("key", "value") of sqlx, pragma_update(None, "journal_mode", "WAL") of rusqlite.
#pragma once

#include <vector>

#include "lint/source_text.h"
#include "lint/statements.h"

namespace pragmark::lint {

// The setting that the literal is, or names, in such a call; empty when it is in none.
[[nodiscard]] std::vector<Statement> called_pragma(const SourceText& source,
                                                   const Literal& literal);

}  // namespace pragmark::lint

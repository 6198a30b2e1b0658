// What a connection is besides its settings: flags, file, URI, statements, transaction, WAL, build.
// Nothing of it is claimed by a PRAGMA set; what would void any claim is judged all the same.
#pragma once

#include <vector>

#include "pragmark/verify/check.h"

struct sqlite3;

namespace pragmark {

// Facts that the host's SQLite cannot tell (an older version, no file) are left out.
[[nodiscard]] std::vector<CheckResult> connection_facts(sqlite3* db);

// What the connection has counted since it was opened. No counter is reset.
[[nodiscard]] std::vector<CheckResult> counter_facts(sqlite3* db);

}  // namespace pragmark

// What can be said of a connection without changing anything about it: the rows of
// SELECT * FROM pragmark_audit(..).
//
//   for (const CheckResult& row : audit_connection(db, set, Counters::Left)) ..
//
// Every value is a read-back. Nothing is written, no state of the connection changes (its error
// code and its page-cache counters do), no lock is waited for longer than the connection itself
// would wait to read. That holds inside a transaction and between the steps of other statements.
#pragma once

#include <vector>

#include "pragmark/pragma_set.h"
#include "pragmark/verify/check.h"

struct sqlite3;

namespace pragmark {

enum class Counters { Left, Read };

// First the settings that the set claims, in its order, of `main` and then of each attached
// database; then the settings that it does not claim, and the facts about the connection, which
// have the verdict `skipped` unless they are a hazard whatever is claimed. What SQLite refuses to
// read is `unknown`, with its message. Never throws Error.
[[nodiscard]] std::vector<CheckResult> audit_connection(sqlite3* db, const PragmaSet& set,
                                                        Counters counters);

}  // namespace pragmark

// The subjects that are no strategy of the library. They run the store's SQL (statements.h) on the
// same rows, with the same checks, and prove the same PRAGMA set on every connection; what differs
// is whose code lies between the request and SQLite.
#pragma once

#include <memory>

#include "pragmark/bench/subject.h"

namespace pragmark {

std::unique_ptr<Subject> make_raw(const SubjectOptions& options);
std::unique_ptr<Subject> make_python_original(const SubjectOptions& options);
// Each there only when the package was found; see PRAGMARK_PEERS in bench/CMakeLists.txt.
std::unique_ptr<Subject> make_sqlitecpp(const SubjectOptions& options);
std::unique_ptr<Subject> make_soci(const SubjectOptions& options);

}  // namespace pragmark

// The checks of stage `library`, each a question about a library and a set. Those that ask the
// version or the build options take them as arguments, so that tests can ask about any library.
#pragma once

#include <filesystem>
#include <vector>

#include "pragmark/pragma_set.h"
#include "pragmark/verify/check.h"
#include "pragmark/verify/sqlite_library.h"

namespace pragmark {

// A result of this stage with verdict pass, to be filled in.
[[nodiscard]] CheckResult library_result(std::string_view id, std::string_view about);

// L001. `built_for` is the version of the headers.
[[nodiscard]] CheckResult check_version(const SqliteLibrary& library, std::string_view built_for);
// L002: one result for each option that is not SQLite's own, or one that says there is none.
[[nodiscard]] std::vector<CheckResult> check_build_options(const SqliteLibrary& library,
                                                           const PragmaSet& set);
// L003: one result for each difference, or one that says there is none. Asks the linked library, on
// a new database in `directory`. Throws Error.
[[nodiscard]] std::vector<CheckResult> check_defaults(const PragmaSet& set,
                                                      const std::filesystem::path& directory);
// L004: one result for each bug that the version has, or one that says there is none. The WAL-reset
// bug is left to L005 when `wal_reset` was decided there.
[[nodiscard]] std::vector<CheckResult> check_advisories(const SqliteLibrary& library,
                                                        const PragmaSet& set, Verdict wal_reset);
// L005. Asks the linked library, on new databases in `directory`. Throws Error.
[[nodiscard]] CheckResult check_wal_reset(const PragmaSet& set,
                                          const std::filesystem::path& directory);

}  // namespace pragmark

// The checks of stage `library`, each a question about a library and a set. Those that ask the
// version or the build options take them as arguments, so that tests can ask about any library.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "pragmark/connection.h"
#include "pragmark/pragma_set.h"
#include "pragmark/verify/check.h"
#include "pragmark/verify/sqlite_library.h"
#include "wal_reset.h"

namespace pragmark {

// A result of this stage with verdict pass, to be filled in.
[[nodiscard]] CheckResult library_result(std::string_view id, std::string_view about);

// B001. `built_for` is the version of the headers.
[[nodiscard]] CheckResult check_version(const SqliteLibrary& library, std::string_view built_for);
// B002: one result for each option that is not SQLite's own, or one that says there is none.
[[nodiscard]] std::vector<CheckResult> check_build_options(const SqliteLibrary& library,
                                                           const PragmaSet& set);
// The value of an option without SQLITE_: "set" for one that has none, empty where it is not
// listed. A view into the library, which has to outlive it.
[[nodiscard]] std::string_view value_of_build_option(const SqliteLibrary& library,
                                                     std::string_view name);
std::string_view value_of_build_option(SqliteLibrary&& library, std::string_view name) = delete;
// What "NAME=VALUE" or "NAME" changes; empty for one that changes no setting's meaning.
[[nodiscard]] std::string_view effect_of_build_option(std::string_view option);
// B003: one result for each difference, or one that says there is none. Asks the linked library, on
// a new database in `directory`, after `tamper`, which makes it another library's. Throws Error.
[[nodiscard]] std::vector<CheckResult> check_defaults(
    const PragmaSet& set, const std::filesystem::path& directory,
    const std::function<void(Connection&)>& tamper = {});
// B004: one result for each bug that the version has, or one that says there is none. The WAL-reset
// bug is left to B005 when `wal_reset` was decided there.
[[nodiscard]] std::vector<CheckResult> check_advisories(const SqliteLibrary& library,
                                                        const PragmaSet& set, Verdict wal_reset);
// B005. Asks the linked library, on new databases in `directory`. `race` is Armed but to put the
// check itself to the test. Throws Error.
[[nodiscard]] CheckResult check_wal_reset(const PragmaSet& set,
                                          const std::filesystem::path& directory,
                                          WalResetHook race = WalResetHook::Armed);

}  // namespace pragmark

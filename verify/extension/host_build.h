// How the SQLite of the host was built.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pragmark {

// False for a build that does not tell its compile options.
[[nodiscard]] bool build_options_known() noexcept;

// What follows `prefix` in the compile option that begins with it: build_option("TEMP_STORE=") is
// "1"; empty when there is none.
[[nodiscard]] std::optional<std::string> build_option(std::string_view prefix);

}  // namespace pragmark

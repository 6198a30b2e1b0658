#include "host_build.h"

#include <sqlite3.h>

namespace pragmark {
namespace {

using CompileOption = const char* (*)(int number);

// Null in a host that was built with SQLITE_OMIT_COMPILEOPTION_DIAGS.
CompileOption compile_option() noexcept { return sqlite3_compileoption_get; }

}  // namespace

bool build_options_known() noexcept { return compile_option() != nullptr; }

std::optional<std::string> build_option(std::string_view prefix) {
  const CompileOption option = compile_option();
  if (option == nullptr) return std::nullopt;
  for (int number = 0;; ++number) {
    const char* text = option(number);
    if (text == nullptr) return std::nullopt;
    const std::string_view found(text);
    if (found.starts_with(prefix)) return std::string(found.substr(prefix.size()));
  }
}

}  // namespace pragmark

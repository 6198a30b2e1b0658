// The files of lib/sets/, compiled in: builtin_sets.cc is generated from them.
#pragma once

#include <span>
#include <string_view>

namespace pragmark {

struct BuiltinSet {
  std::string_view name;  // the file's stem
  std::string_view sql;   // its text
};

[[nodiscard]] std::span<const BuiltinSet> builtin_sets() noexcept;

}  // namespace pragmark

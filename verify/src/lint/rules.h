// The rules by name, and the comments that ask to ignore them.
#pragma once

#include <cstddef>
#include <string_view>

#include "lint/source_text.h"
#include "pragmark/verify/lint.h"

namespace pragmark::lint {

// REQUIRES: `id` is that of a rule.
[[nodiscard]] const LintRule& rule_of(std::string_view id);

// Whether the line or the one before it says `pragmark-lint: ignore`, alone or with rules' ids.
[[nodiscard]] bool is_ignored(const SourceText& source, std::size_t line, std::string_view rule);

}  // namespace pragmark::lint

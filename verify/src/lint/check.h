// All that is said about one file.
#pragma once

#include <functional>
#include <string>

#include "lint/judge.h"
#include "lint/source_text.h"
#include "pragmark/verify/lint.h"

namespace pragmark::lint {

// Hands over each finding once, in no order, those that a comment in the file asks to ignore as
// well. `shared_cache` is what a shared cache does to the linked library; empty when it has none.
void check_source(Judge& judge, const SourceText& source, const std::string& shared_cache,
                  const std::function<void(LintFinding finding, bool ignored)>& report);

}  // namespace pragmark::lint

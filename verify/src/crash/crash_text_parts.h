// Sentences that a set's account and the matrix share. Each ends with a newline, or is empty where
// nothing was measured.
#pragma once

#include <optional>
#include <string>

#include "pragmark/verify/crash.h"

namespace pragmark::crash {

// "0 (<=0.03%)", with the 95% bound of its share, for what was not seen; the count otherwise.
[[nodiscard]] std::string count_text(std::size_t cases, std::size_t trials);

[[nodiscard]] std::string exposure_text(const CrashSetResult& result);
[[nodiscard]] std::string rate_text(const std::optional<CommitRate>& rate);
// The class that was found; "unknown" where not all that it says was tried.
[[nodiscard]] std::string class_text(const CrashSetResult& result);
// A line for each strategy, of killed processes and of power cuts.
[[nodiscard]] std::string processes_text(const CrashSetResult& result);

}  // namespace pragmark::crash

// The checks of the stages `values` and `library` on right and on wrong configurations, for
// self_test(). Those of `behaviour` stand beside each check.
#pragma once

#include <filesystem>
#include <vector>

#include "pragmark/verify/behaviour.h"

namespace pragmark {

// In scratch directories inside `parent`. Throws Error (kind Environment) and Interrupted.
[[nodiscard]] std::vector<CheckTrials> values_trials(const std::filesystem::path& parent);
[[nodiscard]] std::vector<CheckTrials> library_trials(const std::filesystem::path& parent);

}  // namespace pragmark

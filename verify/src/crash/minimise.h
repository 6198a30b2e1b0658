// The smallest set of losses that still shows a finding (delta debugging): parts are left out as
// long as what is left shows it. No single loss of the result can be left out.
#pragma once

#include <vector>

#include "crash/image.h"
#include "pragmark/function_ref.h"

namespace pragmark::crash {

inline constexpr int kMostTrials = 600;

// REQUIRES: shows(losses).
[[nodiscard]] std::vector<Loss> minimise(std::vector<Loss> losses,
                                         FunctionRef<bool(const std::vector<Loss>&)> shows);

}  // namespace pragmark::crash

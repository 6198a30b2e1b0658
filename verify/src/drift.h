// How much the same piece of work varies, and whether it becomes slower over a run.
#pragma once

#include <span>

#include "pragmark/verify/environment.h"

namespace pragmark {

// Of durations in the order in which they were measured. Robust: a few stalls move neither number.
// REQUIRES: three at least, each above zero.
[[nodiscard]] Drift drift_of(std::span<const double> durations);
// REQUIRES: not empty. Of an even number, the mean of the two in the middle.
[[nodiscard]] double median_of(std::span<const double> values);

}  // namespace pragmark

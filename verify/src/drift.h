// How much the same piece of work varies, and whether it becomes slower over a run.
#pragma once

#include <optional>
#include <span>

#include "pragmark/verify/environment.h"

namespace pragmark {

// Of durations in the order in which they were measured. Robust: a few stalls move neither number.
// Empty when the clock is too coarse to see them: half of them, or of the first third, are zero.
// REQUIRES: three at least, none below zero.
[[nodiscard]] std::optional<Drift> drift_of(std::span<const double> durations);
// REQUIRES: not empty. Of an even number, the mean of the two in the middle.
[[nodiscard]] double median_of(std::span<const double> values);

}  // namespace pragmark

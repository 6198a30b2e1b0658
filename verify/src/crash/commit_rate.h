// How fast a set commits on a real disk: what turns an exposure in transactions into one in time.
//
//   const std::vector<CommitRate> rates = measure_commit_rates(sets, options);
//
// One connection, the transaction of the workload `transfers`, a fresh scratch database for each
// slice; the sets take turns in an order drawn anew for each round, so that a drift of the machine
// falls on all of them. On the clock is BEGIN to COMMIT and what a checkpoint on commit costs;
// opening and preparing are not.
#pragma once

#include <span>
#include <vector>

#include "pragmark/verify/crash.h"

namespace pragmark::crash {

// One for each set, in their order. Throws Error and Interrupted.
[[nodiscard]] std::vector<CommitRate> measure_commit_rates(std::span<const PragmaSet> sets,
                                                           const CrashOptions& options);

// Median with the narrowest interval of order statistics that holds with at least 95%; without one
// where there are too few slices. REQUIRES: not empty.
[[nodiscard]] CommitRate rate_of(std::vector<double> per_second);

}  // namespace pragmark::crash

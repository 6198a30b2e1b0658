// The table that `pragmark bench` prints at the end.
#pragma once

#include <string>
#include <vector>

#include "pragmark/bench/collector.h"

namespace pragmark {

// One line for each configuration: median rate and its interval, latencies (medians of the
// repetitions' percentiles), busy errors (of all repetitions), syncs per write, attainment and
// durability class; for an erred configuration the error in the place of figures. What all
// configurations have in common stands above the table.
[[nodiscard]] std::string summary_table(const std::vector<CaseResult>& results, double target);

}  // namespace pragmark

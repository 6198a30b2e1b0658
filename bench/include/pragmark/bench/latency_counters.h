// The latencies that a result has of a run, each under its counter's name.
//
//   for (const auto& [name, us] : latency_counters(tally.latencies)) counters[name] = us;
#pragma once

#include <array>
#include <utility>

#include "pragmark/bench/histogram.h"

namespace pragmark {

// Microseconds, from the median to the maximum. The names refer to static storage.
// REQUIRES: latencies.count() > 0.
[[nodiscard]] std::array<std::pair<const char*, double>, 5> latency_counters(
    const LatencyHistogram& latencies) noexcept;

}  // namespace pragmark

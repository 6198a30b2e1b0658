#include "pragmark/bench/latency_counters.h"

namespace pragmark {

std::array<std::pair<const char*, double>, 5> latency_counters(
    const LatencyHistogram& latencies) noexcept {
  return {{{"latency_us_p50", latencies.percentile_us(50)},
           {"latency_us_p90", latencies.percentile_us(90)},
           {"latency_us_p99", latencies.percentile_us(99)},
           {"latency_us_p99_9", latencies.percentile_us(99.9)},
           {"latency_us_max", latencies.max_us()}}};
}

}  // namespace pragmark

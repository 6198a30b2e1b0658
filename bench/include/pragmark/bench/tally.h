// What was counted while a clock ran.
#pragma once

#include <cstdint>

#include "pragmark/bench/histogram.h"

namespace pragmark {

// What one thread did while the clock ran, or all of them together.
struct Tally {
  LatencyHistogram latencies;  // of requests that got an answer
  std::int64_t attempted = 0;
  std::int64_t reads = 0;   // acknowledged, with the right row
  std::int64_t writes = 0;  // acknowledged
  std::int64_t wrong_rows = 0;
  std::int64_t busy_errors = 0;  // ended for want of a lock; not acknowledged
  std::int64_t errors = 0;       // ended otherwise; each ends the run

  void merge(const Tally& other) noexcept;
  void clear() noexcept;
};

}  // namespace pragmark

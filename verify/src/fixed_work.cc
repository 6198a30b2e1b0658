#include "fixed_work.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

namespace pragmark {
namespace {

using Clock = std::chrono::steady_clock;

// Results go here, so that no compiler leaves the work out.
std::atomic<std::uint64_t> sink{0};

}  // namespace

double fixed_work_us() {
  constexpr int kSteps = 16'000'000;
  const Clock::time_point before = Clock::now();
  std::uint64_t state = sink.load(std::memory_order_relaxed) | 1;
  // Each step waits for the one before: what is measured is the frequency, not the width.
  for (int i = 0; i < kSteps; ++i) state = state * 6364136223846793005U + 1442695040888963407U;
  sink.store(state, std::memory_order_relaxed);
  return std::chrono::duration<double, std::micro>(Clock::now() - before).count();
}

double clock_read_ns() {
  constexpr int kBatches = 21;
  constexpr int kReads = 1000;
  double least = std::numeric_limits<double>::infinity();  // others had been interrupted
  for (int batch = 0; batch < kBatches; ++batch) {
    const Clock::time_point before = Clock::now();
    Clock::time_point last = before;
    for (int i = 0; i < kReads; ++i) last = Clock::now();
    least = std::min(least, std::chrono::duration<double, std::nano>(last - before).count());
  }
  return least / kReads;
}

}  // namespace pragmark

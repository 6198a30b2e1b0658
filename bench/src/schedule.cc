#include "pragmark/bench/schedule.h"

#include <algorithm>
#include <utility>

#include "pragmark/assert.h"
#include "pragmark/bench/random.h"

namespace pragmark {

ReadWriteSchedule::ReadWriteSchedule(const Options& options) {
  PRAGMARK_ASSERT(options.operations > 0);
  PRAGMARK_ASSERT(options.thread >= 0 && options.thread < options.threads);
  PRAGMARK_ASSERT(options.reads_percent >= 0 && options.reads_percent <= 100);
  const std::int64_t length = std::min(options.operations, kLongestSchedule);
  const auto reads_of_threads_below = [&](int thread) {
    return thread * length * options.reads_percent / 100;
  };
  const std::int64_t reads =
      reads_of_threads_below(options.thread + 1) - reads_of_threads_below(options.thread);
  is_read_.assign(static_cast<std::size_t>(length), 0);
  std::fill_n(is_read_.begin(), reads, std::uint8_t{1});

  // Fisher and Yates, with our own generator: std::shuffle differs between standard libraries.
  SplitMix64 random(mix64(options.seed) + static_cast<std::uint64_t>(options.thread));
  for (std::size_t left = is_read_.size(); left > 1; --left) {
    std::swap(is_read_[left - 1], is_read_[random.below(left)]);
  }
}

}  // namespace pragmark

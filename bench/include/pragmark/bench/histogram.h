// Latencies in a log-linear histogram: bounded memory, no allocation while recording, mergeable.
//
//   LatencyHistogram latencies;
//   latencies.record(std::chrono::nanoseconds(1'250));
//   double p99 = latencies.percentile_us(99);
//
// Buckets: one for each nanosecond below 256; above that, 128 for each power of two. A bucket is
// therefore at most 1/128 of its value wide, and its middle, which percentile_us() reports, is at
// most 0.4% away from any latency in it. Latencies beyond 2^42 ns (73 minutes) share the last
// bucket. The maximum is kept exactly.
#pragma once

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace pragmark {

// Owns:    its buckets, 37 KiB.
// Threads: one thread at a time; each thread records into its own, merge() joins them afterwards.
// Errors:  the constructor may throw std::bad_alloc, the rest nothing.
class LatencyHistogram {
 public:
  LatencyHistogram();

  void record(std::chrono::nanoseconds latency) noexcept {
    const auto ticks = latency.count() > 0 ? static_cast<std::uint64_t>(latency.count()) : 0;
    ++buckets_[bucket_of(ticks)];
    ++count_;
    if (ticks > max_ns_) max_ns_ = ticks;
  }

  void merge(const LatencyHistogram& other) noexcept;
  void clear() noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  // The latency that `percent` of the recorded ones do not exceed (nearest rank).
  // REQUIRES: count() > 0 and 0 < percent <= 100.
  [[nodiscard]] double percentile_us(double percent) const noexcept;
  [[nodiscard]] double max_us() const noexcept { return static_cast<double>(max_ns_) / 1e3; }
  [[nodiscard]] std::uint64_t max_ns() const noexcept { return max_ns_; }

  // To send a histogram elsewhere and put it together again there: add() every filled bucket with
  // the maximum. scripts/original.py counts into the same buckets.
  static constexpr int kPrecisionBits = 7;  // 128 buckets for each power of two
  static constexpr int kLargestBits = 42;
  static constexpr std::uint64_t kLinear = 2ULL << kPrecisionBits;
  static constexpr std::size_t kBuckets =
      kLinear + ((kLargestBits - kPrecisionBits - 1) * (kLinear / 2));
  using FilledBucket = std::pair<std::size_t, std::uint64_t>;  // which, how many
  [[nodiscard]] std::vector<FilledBucket> filled_buckets() const;
  // REQUIRES: bucket < kBuckets.
  void add(std::size_t bucket, std::uint64_t count, std::uint64_t max_ns) noexcept;

  static std::size_t bucket_of(std::uint64_t ticks) noexcept {
    if (ticks < kLinear) return ticks;
    if (ticks >> kLargestBits != 0) return kBuckets - 1;
    const auto shift = static_cast<int>(std::bit_width(ticks)) - kPrecisionBits - 1;
    return (static_cast<std::size_t>(shift) * (kLinear / 2)) + (ticks >> shift);
  }

 private:
  static double middle_of(std::size_t bucket) noexcept;

  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::uint64_t max_ns_ = 0;
};

}  // namespace pragmark

#include "pragmark/bench/histogram.h"

#include <algorithm>
#include <cmath>

#include "pragmark/assert.h"

namespace pragmark {

LatencyHistogram::LatencyHistogram() : buckets_(kBuckets) {}

void LatencyHistogram::merge(const LatencyHistogram& other) noexcept {
  for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_ns_ = std::max(max_ns_, other.max_ns_);
}

void LatencyHistogram::clear() noexcept {
  std::ranges::fill(buckets_, 0);
  count_ = 0;
  max_ns_ = 0;
}

std::vector<LatencyHistogram::FilledBucket> LatencyHistogram::filled_buckets() const {
  std::vector<FilledBucket> filled;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    if (buckets_[i] > 0) filled.emplace_back(i, buckets_[i]);
  }
  return filled;
}

void LatencyHistogram::add(std::size_t bucket, std::uint64_t count, std::uint64_t max_ns) noexcept {
  PRAGMARK_ASSERT(bucket < kBuckets);
  buckets_[bucket] += count;
  count_ += count;
  max_ns_ = std::max(max_ns_, max_ns);
}

double LatencyHistogram::percentile_us(double percent) const noexcept {
  PRAGMARK_ASSERT(count_ > 0);
  PRAGMARK_ASSERT(percent > 0 && percent <= 100);
  const double exact_rank = percent / 100 * static_cast<double>(count_);
  // 99.9% of 1,000 is 999.0000000000001 in binary: without the margin it would be rank 1,000.
  const double margin = exact_rank * 1e-12;
  const auto rank =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(exact_rank - margin)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::min(middle_of(i) / 1e3, max_us());
  }
  return max_us();
}

double LatencyHistogram::middle_of(std::size_t bucket) noexcept {
  if (bucket < kLinear) return static_cast<double>(bucket);
  const std::size_t shift = (bucket / (kLinear / 2)) - 1;
  const std::uint64_t lowest = (bucket - (shift * (kLinear / 2))) << shift;
  return static_cast<double>(lowest) + (static_cast<double>((1ULL << shift) - 1) / 2);
}

}  // namespace pragmark

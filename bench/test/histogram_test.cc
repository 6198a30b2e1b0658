#include "pragmark/bench/histogram.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pragmark/bench/random.h"

namespace pragmark {
namespace {

using std::chrono::nanoseconds;

// Nearest rank in a sorted list, what the histogram approximates.
double exact_percentile_us(const std::vector<std::int64_t>& sorted, double per_mille) {
  const auto rank =
      static_cast<std::size_t>(std::ceil(per_mille * static_cast<double>(sorted.size()) / 1000));
  return static_cast<double>(sorted[std::max<std::size_t>(rank, 1) - 1]) / 1e3;
}

TEST(LatencyHistogram, IsWithinOnePercentOfAnExactSort) {
  SplitMix64 random(1);
  LatencyHistogram histogram;
  std::vector<std::int64_t> all;
  for (int i = 0; i < 100'000; ++i) {
    // From 1 ns to 2^41 ns, every power of two alike.
    const auto ticks = static_cast<std::int64_t>(random.below(1ULL << (1 + random.below(41))) + 1);
    all.push_back(ticks);
    histogram.record(nanoseconds{ticks});
  }
  std::ranges::sort(all);
  for (const double per_mille : {0.01, 1.0, 100.0, 250.0, 500.0, 900.0, 990.0, 999.0, 1000.0}) {
    const double exact = exact_percentile_us(all, per_mille);
    EXPECT_NEAR(histogram.percentile_us(per_mille / 10), exact, exact * 0.01) << per_mille;
  }
  EXPECT_DOUBLE_EQ(histogram.max_us(), static_cast<double>(all.back()) / 1e3);
  EXPECT_EQ(histogram.count(), all.size());
}

TEST(LatencyHistogram, EveryValueIsWithinOnePercentOfItsBucket) {
  for (int exponent = 0; exponent < 42; ++exponent) {
    for (const std::int64_t offset : {-1, 0, 1}) {
      const std::int64_t ticks = (std::int64_t{1} << exponent) + offset;
      if (ticks <= 0) continue;
      LatencyHistogram histogram;
      histogram.record(nanoseconds{ticks});
      histogram.record(nanoseconds{ticks * 4});  // so that the maximum does not cap the answer
      const double exact_us = static_cast<double>(ticks) / 1e3;
      EXPECT_NEAR(histogram.percentile_us(50), exact_us, exact_us * 0.01) << ticks;
    }
  }
}

TEST(LatencyHistogram, PercentilesAreNearestRanks) {
  LatencyHistogram histogram;
  for (int i = 1; i <= 100; ++i) histogram.record(nanoseconds{i});
  EXPECT_DOUBLE_EQ(histogram.percentile_us(50), 0.050);
  EXPECT_DOUBLE_EQ(histogram.percentile_us(99), 0.099);
  EXPECT_DOUBLE_EQ(histogram.percentile_us(99.9), 0.100);
  EXPECT_DOUBLE_EQ(histogram.percentile_us(100), 0.100);
}

TEST(LatencyHistogram, ThousandValuesHaveTheir999thAt99Point9Percent) {
  LatencyHistogram histogram;
  for (int i = 0; i < 999; ++i) histogram.record(nanoseconds{10});
  histogram.record(nanoseconds{200});
  EXPECT_DOUBLE_EQ(histogram.percentile_us(99.9), 0.010);
}

TEST(LatencyHistogram, MergingIsTheSameAsRecordingInOne) {
  SplitMix64 random(2);
  LatencyHistogram one;
  LatencyHistogram first;
  LatencyHistogram second;
  for (int i = 0; i < 1000; ++i) {
    const nanoseconds latency{random.below(1'000'000)};
    one.record(latency);
    (i % 3 == 0 ? first : second).record(latency);
  }
  first.merge(second);
  EXPECT_EQ(first.count(), one.count());
  EXPECT_DOUBLE_EQ(first.max_us(), one.max_us());
  for (const double percent : {1.0, 50.0, 99.0}) {
    EXPECT_DOUBLE_EQ(first.percentile_us(percent), one.percentile_us(percent));
  }
}

TEST(LatencyHistogram, KeepsTheMaximumBeyondTheLastBucket) {
  LatencyHistogram histogram;
  histogram.record(std::chrono::hours{3});
  EXPECT_DOUBLE_EQ(histogram.max_us(), 3 * 3600 * 1e6);
  EXPECT_EQ(histogram.filled_buckets(),
            (std::vector<LatencyHistogram::FilledBucket>{{LatencyHistogram::kBuckets - 1, 1}}));
}

TEST(LatencyHistogram, PercentileIsNeverBeyondTheMaximum) {
  LatencyHistogram histogram;
  histogram.record(nanoseconds{1 << 20});  // the lower end of its bucket, below the middle
  EXPECT_DOUBLE_EQ(histogram.percentile_us(50), 1048.576);
}

TEST(LatencyHistogram, ClockThatStoodStillOrWentBackCountsAsZero) {
  LatencyHistogram histogram;
  histogram.record(nanoseconds{0});
  histogram.record(nanoseconds{-5});
  EXPECT_EQ(histogram.count(), 2U);
  EXPECT_DOUBLE_EQ(histogram.percentile_us(100), 0);
}

TEST(LatencyHistogram, IsEmptyAfterClear) {
  LatencyHistogram histogram;
  histogram.record(nanoseconds{1000});
  histogram.clear();
  EXPECT_EQ(histogram.count(), 0U);
  histogram.record(nanoseconds{7});
  EXPECT_DOUBLE_EQ(histogram.percentile_us(100), 0.007);
  EXPECT_DOUBLE_EQ(histogram.max_us(), 0.007);
}

TEST(LatencyHistogramDeathTest, NothingRecordedHasNoPercentile) {
  const LatencyHistogram histogram;
  EXPECT_DEATH(static_cast<void>(histogram.percentile_us(50)), "count_ > 0");
}

// Python counts into the same buckets (scripts/original.py), and reads the same list in its tests.
TEST(LatencyHistogram, BucketsAreThoseOnRecord) {
  std::ifstream file(PRAGMARK_LATENCY_BUCKETS);
  std::string comment;
  ASSERT_TRUE(std::getline(file, comment));
  int pairs = 0;
  for (std::uint64_t ticks = 0, bucket = 0; file >> ticks >> bucket; ++pairs) {
    EXPECT_EQ(LatencyHistogram::bucket_of(ticks), bucket) << ticks;
  }
  EXPECT_EQ(pairs, 49);
}

TEST(LatencyHistogram, IsTheSameWhenPutTogetherFromItsBuckets) {
  LatencyHistogram sent;
  for (const std::int64_t ticks :
       std::vector<std::int64_t>{0, 5, 300, 70'000, 70'000, 9'000'000'000}) {
    sent.record(nanoseconds{ticks});
  }
  LatencyHistogram arrived;
  arrived.record(nanoseconds{7});
  for (const auto& [bucket, count] : sent.filled_buckets()) {
    arrived.add(bucket, count, sent.max_ns());
  }
  sent.record(nanoseconds{7});
  EXPECT_EQ(arrived.filled_buckets(), sent.filled_buckets());
  EXPECT_EQ(arrived.count(), sent.count());
  EXPECT_EQ(arrived.max_ns(), 9'000'000'000U);
}

}  // namespace
}  // namespace pragmark

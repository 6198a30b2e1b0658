#include "pragmark/bench/statistics.h"

#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace pragmark {
namespace {

// n, n-1, .., 1: the k-th smallest is k, and the order given must not matter.
std::vector<double> descending(int n) {
  std::vector<double> values(static_cast<std::size_t>(n));
  std::iota(values.rbegin(), values.rend(), 1.0);
  return values;
}

TEST(Median, IsTheMiddleOrTheMeanOfBothMiddles) {
  EXPECT_DOUBLE_EQ(median({3, 1, 2}), 2);
  EXPECT_DOUBLE_EQ(median({4, 1, 3, 2}), 2.5);
  EXPECT_DOUBLE_EQ(median({7}), 7);
}

TEST(MedianInterval, NeedsSixValues) {
  for (int n = 1; n < 6; ++n) EXPECT_FALSE(median_interval(descending(n))) << n;
  EXPECT_FALSE(median_interval({}));
  EXPECT_TRUE(median_interval(descending(6)));
}

struct Closed {
  int n;
  double k;           // of the order statistics k and n + 1 - k
  double confidence;  // 1 - 2 * P(binomial(n, 1/2) < k), by hand from binomial coefficients
};

TEST(MedianInterval, IsTheClosedForm) {
  const Closed cases[] = {
      {6, 1, 1 - (2.0 * 1 / 64)},
      {7, 1, 1 - (2.0 * 1 / 128)},
      {8, 1, 1 - (2.0 * 1 / 256)},
      {9, 2, 1 - (2.0 * (1 + 9) / 512)},
      {10, 2, 1 - (2.0 * (1 + 10) / 1024)},
      {11, 2, 1 - (2.0 * (1 + 11) / 2048)},
      {12, 3, 1 - (2.0 * (1 + 12 + 66) / 4096)},
      {20, 6, 1 - (2.0 * (1 + 20 + 190 + 1140 + 4845 + 15504) / 1048576)},
  };
  for (const Closed& expected : cases) {
    const auto interval = median_interval(descending(expected.n));
    ASSERT_TRUE(interval) << expected.n;
    EXPECT_DOUBLE_EQ(interval->low, expected.k) << expected.n;
    EXPECT_DOUBLE_EQ(interval->high, expected.n + 1 - expected.k) << expected.n;
    EXPECT_NEAR(interval->confidence, expected.confidence, 1e-12) << expected.n;
  }
}

TEST(MedianInterval, HoldsForAThousandValues) {
  const auto interval = median_interval(descending(1000));
  ASSERT_TRUE(interval);
  // scipy.stats.binom.ppf(0.025, 1000, 0.5) == 469
  EXPECT_DOUBLE_EQ(interval->low, 469);
  EXPECT_DOUBLE_EQ(interval->high, 532);
  EXPECT_GE(interval->confidence, 0.95);
}

TEST(Attainment, DependsOnWhereTheIntervalLies) {
  const std::vector<double> nine = descending(9);  // interval [2, 8]
  EXPECT_EQ(attainment(nine, 1.5), Attainment::Reached);
  EXPECT_EQ(attainment(nine, 2), Attainment::Reached);
  EXPECT_EQ(attainment(nine, 2.5), Attainment::Undecided);
  EXPECT_EQ(attainment(nine, 8), Attainment::Undecided);
  EXPECT_EQ(attainment(nine, 8.5), Attainment::Missed);
}

TEST(Attainment, OfFiveValuesIsUndecidedHoweverClear) {
  EXPECT_EQ(attainment(descending(5), 0.001), Attainment::Undecided);
  EXPECT_EQ(attainment(descending(5), 1e9), Attainment::Undecided);
  EXPECT_EQ(attainment({}, 1), Attainment::Undecided);
}

}  // namespace
}  // namespace pragmark

#include "drift.h"

#include <vector>

#include <gtest/gtest.h>

namespace pragmark {
namespace {

TEST(MedianOf, IsTheMiddleOrBetweenTheTwo) {
  EXPECT_EQ(median_of(std::vector<double>{3, 1, 2}), 2.0);
  EXPECT_EQ(median_of(std::vector<double>{4, 1, 2, 3}), 2.5);
  EXPECT_EQ(median_of(std::vector<double>{7}), 7.0);
}

TEST(DriftOf, IsNilForWorkThatIsAlwaysTheSame) {
  const Drift drift = drift_of(std::vector<double>(10, 5.0)).value();
  EXPECT_EQ(drift.n, 10U);
  EXPECT_EQ(drift.robust_cv_percent, 0.0);
  EXPECT_EQ(drift.last_to_first, 1.0);
}

TEST(DriftOf, ComparesTheThirds) {
  const std::vector<double> slower = {10, 10, 10, 11, 11, 11, 20, 15, 15, 15};
  EXPECT_EQ(drift_of(slower)->last_to_first, 1.5);
  EXPECT_EQ(drift_of(std::vector<double>{2, 9, 1})->last_to_first, 0.5);
}

// |x - 10| is 2 2 1 1 0 0 1 1 2 2, of which the median is 1.
TEST(DriftOf, SpreadIsTheScaledMedianDeviation) {
  const std::vector<double> spread = {8, 12, 9, 11, 10, 10, 9, 11, 8, 12};
  EXPECT_DOUBLE_EQ(drift_of(spread)->robust_cv_percent, 14.826);
}

TEST(DriftOf, IsNotMovedByAFewStalls) {
  std::vector<double> stalled(30, 10.0);
  stalled[1] = stalled[14] = stalled[28] = 10'000;
  EXPECT_EQ(drift_of(stalled)->robust_cv_percent, 0.0);
  EXPECT_EQ(drift_of(stalled)->last_to_first, 1.0);
}

// As with a clock that moves every 4 ms.
TEST(DriftOf, IsUnknownWhereTheClockSeesNothing) {
  EXPECT_FALSE(drift_of(std::vector<double>{0, 0, 0, 0, 4000}).has_value());
  EXPECT_FALSE(drift_of(std::vector<double>{0, 0, 1, 1, 1, 1}).has_value());
  EXPECT_TRUE(drift_of(std::vector<double>{1, 1, 1, 1, 0, 0}).has_value());
}

TEST(DriftDeathTest, NeedsThree) {
  EXPECT_DEATH(static_cast<void>(drift_of(std::vector<double>{1, 2})), "");
}

}  // namespace
}  // namespace pragmark

#include "pragmark/bench/load/arrivals.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace pragmark {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<Arrival> all_of(Arrivals& arrivals) {
  std::vector<Arrival> all;
  while (const auto arrival = arrivals.next(LoadTime(0))) all.push_back(*arrival);
  return all;
}

TEST(Arrivals, ConstantOnesAreDueAtMultiplesOfThePeriod) {
  Arrivals arrivals({.kind = ArrivalKind::Constant, .rate = 5000, .end = milliseconds(1)});
  const std::vector<Arrival> all = all_of(arrivals);
  ASSERT_EQ(all.size(), 5U);
  for (int k = 0; k < 5; ++k) {
    EXPECT_EQ(all[static_cast<std::size_t>(k)].intended, microseconds(200) * k);
  }
}

TEST(Arrivals, ConstantRateThatDividesNoNanosecondDoesNotDrift) {
  Arrivals arrivals({.kind = ArrivalKind::Constant, .rate = 3000, .end = seconds(100)});
  const std::vector<Arrival> all = all_of(arrivals);
  ASSERT_EQ(all.size(), 300'000U);
  EXPECT_NEAR(static_cast<double>(all.back().intended.count()), 299'999 / 3e-6, 1);
}

TEST(Arrivals, EndIsExcluded) {
  Arrivals arrivals({.kind = ArrivalKind::Constant, .rate = 1, .end = seconds(3)});
  EXPECT_EQ(all_of(arrivals).size(), 3U);
  EXPECT_FALSE(arrivals.next(LoadTime(0)));
}

// Of n gaps the mean lies within 4 sigma of the period; so does their share above it, e^-1.
TEST(Arrivals, PoissonGapsAreExponential) {
  Arrivals arrivals({.kind = ArrivalKind::Poisson, .rate = 1000, .seed = 7, .end = seconds(100)});
  const std::vector<Arrival> all = all_of(arrivals);
  const auto n = static_cast<double>(all.size());
  EXPECT_NEAR(n, 100'000, 4 * std::sqrt(100'000));
  int longer = 0;
  LoadTime before{0};
  for (const Arrival& one : all) {
    EXPECT_GE(one.intended, before);
    if (one.intended - before > milliseconds(1)) ++longer;
    before = one.intended;
  }
  EXPECT_NEAR(longer / n, std::exp(-1), 4 * std::sqrt(0.2325 / n));
}

// Of a Poisson process the number in a second varies by its root; of a constant one not at all.
TEST(Arrivals, PoissonCountsVaryAsTheyShould) {
  Arrivals arrivals({.kind = ArrivalKind::Poisson, .rate = 100, .seed = 3, .end = seconds(1000)});
  std::vector<double> counts(1000);
  for (const Arrival& one : all_of(arrivals)) {
    ++counts[static_cast<std::size_t>(one.intended / seconds(1))];
  }
  double squares = 0;
  for (const double count : counts) squares += (count - 100) * (count - 100);
  EXPECT_NEAR(squares / 1000 / 100, 1, 4 * std::sqrt(2.0 / 1000));
}

TEST(Arrivals, SeedDecidesTimesAndBits) {
  const auto first_of = [](std::uint64_t seed) {
    Arrivals arrivals(
        {.kind = ArrivalKind::Poisson, .rate = 1000, .seed = seed, .end = seconds(1)});
    return *arrivals.next(LoadTime(0));
  };
  EXPECT_EQ(first_of(1).intended, first_of(1).intended);
  EXPECT_EQ(first_of(1).bits, first_of(1).bits);
  EXPECT_NE(first_of(1).intended, first_of(2).intended);
  EXPECT_NE(first_of(1).bits, first_of(2).bits);
}

TEST(Arrivals, ClosedOnesAreDueWhenTheyAreAskedFor) {
  Arrivals arrivals({.kind = ArrivalKind::Closed, .end = seconds(1)});
  EXPECT_EQ(arrivals.next(milliseconds(17))->intended, milliseconds(17));
  EXPECT_NE(arrivals.next(milliseconds(17))->bits, arrivals.next(milliseconds(17))->bits);
  EXPECT_FALSE(arrivals.next(seconds(1)));
}

TEST(Arrivals, GivesUpConstantOnesExactly) {
  Arrivals arrivals({.kind = ArrivalKind::Constant, .rate = 1000, .end = seconds(10)});
  static_cast<void>(arrivals.next(LoadTime(0)));
  EXPECT_EQ(arrivals.give_up(milliseconds(500)), 499U);  // those due at 1 ms to 499 ms
  EXPECT_EQ(arrivals.next(LoadTime(0))->intended, milliseconds(500));
  EXPECT_EQ(arrivals.give_up(milliseconds(400)), 0U);
}

TEST(Arrivals, GivesUpNoMoreThanThereAre) {
  Arrivals arrivals({.kind = ArrivalKind::Constant, .rate = 1000, .end = seconds(1)});
  EXPECT_EQ(arrivals.give_up(seconds(100)), 1000U);
  EXPECT_FALSE(arrivals.next(LoadTime(0)));
}

TEST(Arrivals, CountsWhatItGivesUpFromWhereMeasuringBegins) {
  Arrivals arrivals({.kind = ArrivalKind::Constant,
                     .rate = 1000,
                     .measured_from = seconds(1),
                     .end = seconds(3)});
  EXPECT_EQ(arrivals.give_up(milliseconds(900)), 0U);
  EXPECT_EQ(arrivals.give_up(milliseconds(1200)), 200U);
}

TEST(Arrivals, LeavesShortPoissonBacklogsToBeTaken) {
  const Arrivals::Options plan{.kind = ArrivalKind::Poisson, .rate = 1000, .end = seconds(10)};
  Arrivals arrivals(plan);
  Arrivals untouched(plan);
  EXPECT_EQ(arrivals.give_up(milliseconds(500)), 0U);
  EXPECT_EQ(arrivals.next(LoadTime(0))->intended, untouched.next(LoadTime(0))->intended);
}

TEST(Arrivals, GivesUpLongPoissonBacklogsByTheirNumber) {
  Arrivals arrivals({.kind = ArrivalKind::Poisson, .rate = 1e6, .seed = 5, .end = seconds(100)});
  EXPECT_NEAR(static_cast<double>(arrivals.give_up(seconds(10))), 1e7, 4 * std::sqrt(1e7));
  int left_before = 0;
  for (int i = 0; i < 100; ++i) {
    if (arrivals.next(LoadTime(0))->intended < seconds(10)) ++left_before;
  }
  EXPECT_EQ(left_before, 0);
}

TEST(Arrivals, CountsPoissonOnesFromWhereMeasuringBegins) {
  Arrivals arrivals({.kind = ArrivalKind::Poisson,
                     .rate = 1e6,
                     .seed = 5,
                     .measured_from = seconds(9),
                     .end = seconds(100)});
  EXPECT_NEAR(static_cast<double>(arrivals.give_up(seconds(10))), 1e6, 4 * std::sqrt(1e6));
}

// A rate beyond every machine: a thousand million arrivals pass in a few steps.
TEST(Arrivals, HighestRateIsPassedOverInNoTime) {
  for (const ArrivalKind kind : {ArrivalKind::Constant, ArrivalKind::Poisson}) {
    Arrivals arrivals({.kind = kind, .rate = kHighestRate, .end = seconds(1)});
    std::uint64_t passed = 0;
    for (int ms = 100; ms <= 1000; ms += 100) passed += arrivals.give_up(milliseconds(ms));
    EXPECT_NEAR(static_cast<double>(passed), 1e9, 2e5);
    EXPECT_FALSE(arrivals.next(LoadTime(0)));
  }
}

}  // namespace
}  // namespace pragmark

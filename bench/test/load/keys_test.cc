#include "pragmark/bench/load/keys.h"

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pragmark/error.h"

namespace pragmark {
namespace {

constexpr int kDraws = 200'000;

std::vector<int> counts_of_ranks(const KeyOptions& options, std::int64_t rows) {
  const Keys keys(options, rows);
  SplitMix64 random(11);
  std::vector<int> counts(static_cast<std::size_t>(rows));
  for (int i = 0; i < kDraws; ++i) ++counts.at(keys.draw_rank(random));
  return counts;
}

// Every rank's count within 5 sigma of what its probability demands.
void expect_zipf(double theta, std::int64_t rows) {
  double sum = 0;
  for (std::int64_t k = 1; k <= rows; ++k) sum += std::pow(static_cast<double>(k), -theta);
  const std::vector<int> counts =
      counts_of_ranks({.kind = KeyOptions::Kind::Zipf, .theta = theta}, rows);
  for (std::int64_t k = 1; k <= rows; ++k) {
    const double expected = kDraws * std::pow(static_cast<double>(k), -theta) / sum;
    EXPECT_NEAR(counts[static_cast<std::size_t>(k - 1)], expected, 5 * std::sqrt(expected) + 1)
        << "theta " << theta << " rank " << k;
  }
}

TEST(Keys, ZipfRanksHaveTheirProbabilities) {
  for (const double theta : {0.5, 0.99, 1.0, 1.5, 3.0}) expect_zipf(theta, 100);
}

TEST(Keys, ZipfOfOneAndTwoRows) {
  EXPECT_EQ(counts_of_ranks({.kind = KeyOptions::Kind::Zipf}, 1).at(0), kDraws);
  expect_zipf(0.99, 2);
}

TEST(Keys, UniformRowsAreAllAlike) {
  for (const int count : counts_of_ranks({}, 100)) EXPECT_NEAR(count, 2000, 5 * std::sqrt(2000));
}

TEST(Keys, EveryRankHasARowOfItsOwnAndHotOnesAreNoNeighbours) {
  for (const std::int64_t rows : {1, 2, 10, 97, 1000}) {
    const Keys keys({.kind = KeyOptions::Kind::Zipf}, rows);
    std::set<std::uint64_t> seen;
    for (std::int64_t rank = 0; rank < rows; ++rank) {
      seen.insert(keys.row_of_rank(static_cast<std::uint64_t>(rank)));
    }
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(rows));
    EXPECT_LT(*seen.rbegin(), static_cast<std::uint64_t>(rows));
  }
  const Keys keys({.kind = KeyOptions::Kind::Zipf}, 1000);
  const auto one = static_cast<std::int64_t>(keys.row_of_rank(0));
  const auto two = static_cast<std::int64_t>(keys.row_of_rank(1));
  EXPECT_GT(std::abs(one - two), 100);
}

TEST(Keys, AThousandMillionRowsNeedNoTable) {
  const Keys keys({.kind = KeyOptions::Kind::Zipf}, 1'000'000'000);
  SplitMix64 random(1);
  for (int i = 0; i < 1000; ++i) EXPECT_LT(keys.draw(random), 1'000'000'000U);
}

TEST(KeyOptions, ReadsWhatItWrites) {
  for (const char* text : {"uniform", "zipf:0.99", "zipf:1.5"}) {
    EXPECT_EQ(KeyOptions::parse(text).text(), text);
  }
  EXPECT_EQ(KeyOptions::parse("zipf").text(), "zipf:0.99");
}

TEST(KeyOptions, RefusesWhatItDoesNotKnow) {
  for (const char* text :
       {"", "zip", "zipf:", "zipf:0", "zipf:-1", "zipf:9", "zipf:nan", "zipf:1x", "uniform:1"}) {
    EXPECT_THAT([&] { static_cast<void>(KeyOptions::parse(text)); },
                testing::ThrowsMessage<Error>(testing::HasSubstr("zipf:THETA")))
        << text;
  }
}

}  // namespace
}  // namespace pragmark

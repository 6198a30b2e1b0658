#include "pragmark/bench/schedule.h"

#include <vector>

#include <gtest/gtest.h>

namespace pragmark {
namespace {

std::vector<bool> order(const ReadWriteSchedule::Options& options, std::int64_t length) {
  ReadWriteSchedule schedule(options);
  std::vector<bool> reads;
  for (std::int64_t i = 0; i < length; ++i) reads.push_back(schedule.next_is_read());
  return reads;
}

std::int64_t reads_of_all_threads(int threads, std::int64_t operations, int percent) {
  std::int64_t reads = 0;
  for (int thread = 0; thread < threads; ++thread) {
    for (const bool read : order({.seed = 1,
                           .thread = thread,
                           .threads = threads,
                           .operations = operations,
                           .reads_percent = percent},
                                 operations)) {
      reads += read ? 1 : 0;
    }
  }
  return reads;
}

TEST(ReadWriteSchedule, TenThreadsOfAHundredMakeExactlyFiveHundredReads) {
  EXPECT_EQ(reads_of_all_threads(10, 100, 50), 500);
}

TEST(ReadWriteSchedule, ReadsAreTheShareOfAllThreadsTogether) {
  for (const int threads : {1, 3, 10}) {
    for (const std::int64_t operations : {1, 7, 100, 4096}) {
      for (const int percent : {0, 1, 33, 50, 90, 100}) {
        EXPECT_EQ(reads_of_all_threads(threads, operations, percent),
                  threads * operations * percent / 100)
            << threads << " " << operations << " " << percent;
      }
    }
  }
}

TEST(ReadWriteSchedule, RepeatsAfterTheLongestOne) {
  const auto reads = order(
      {.seed = 1, .thread = 0, .threads = 1, .operations = 10'000, .reads_percent = 50}, 10'000);
  const auto round = static_cast<std::size_t>(kLongestSchedule);
  std::int64_t in_first_round = 0;
  for (std::size_t i = 0; i < round; ++i) in_first_round += reads[i] ? 1 : 0;
  EXPECT_EQ(in_first_round, kLongestSchedule / 2);
  for (std::size_t i = round; i < reads.size(); ++i) ASSERT_EQ(reads[i], reads[i - round]) << i;
}

TEST(ReadWriteSchedule, IsShuffledDifferentlyForEachThreadAndSeed) {
  const ReadWriteSchedule::Options one{
      .seed = 1, .thread = 0, .threads = 2, .operations = 100, .reads_percent = 50};
  ReadWriteSchedule::Options other_thread = one;
  other_thread.thread = 1;
  ReadWriteSchedule::Options other_seed = one;
  other_seed.seed = 2;
  EXPECT_EQ(order(one, 100), order(one, 100));
  EXPECT_NE(order(one, 100), order(other_thread, 100));
  EXPECT_NE(order(one, 100), order(other_seed, 100));
  std::vector<bool> sorted(50, true);
  sorted.resize(100, false);
  EXPECT_NE(order(one, 100), sorted);
}

}  // namespace
}  // namespace pragmark

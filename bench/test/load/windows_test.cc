#include "pragmark/bench/load/windows.h"

#include <vector>

#include <gtest/gtest.h>

namespace pragmark {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

WindowEntry answered(LoadTime end, LoadTime latency = milliseconds(1)) {
  return {.end = end, .latency = latency, .answered = true, .in_time = true};
}

TEST(LoadWindows, CountARequestWhereItEnded) {
  LoadWindows windows({.threads = 1, .length = seconds(1), .from = seconds(10), .count = 4});
  windows.record(0, answered(milliseconds(10'500), milliseconds(3)));
  windows.record(0, answered(milliseconds(10'999), milliseconds(5)));
  windows.record(0, answered(milliseconds(12'000), milliseconds(7)));
  const std::vector<WindowSummary> all = windows.finish();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].succeeded, 2);
  EXPECT_NEAR(all[0].p50_us, 3000, 20);
  EXPECT_EQ(all[0].max_us, 5000);
  EXPECT_FALSE(all[1].answered);
  EXPECT_EQ(all[2].succeeded, 1);
  EXPECT_FALSE(all[3].answered);
}

TEST(LoadWindows, JoinWhatThreadsCounted) {
  LoadWindows windows({.threads = 3, .length = seconds(1), .from = seconds(10), .count = 2});
  for (int thread = 0; thread < 3; ++thread) {
    windows.record(thread, answered(milliseconds(10'100 + thread)));
    windows.record(thread, {.end = milliseconds(10'200), .count = 1000});
  }
  EXPECT_EQ(windows.completed(), 3);
  const std::vector<WindowSummary> all = windows.finish();
  EXPECT_EQ(all[0].succeeded, 3);
  EXPECT_EQ(all[0].failed, 3000);
}

TEST(LoadWindows, LateAnswerIsAFailureWithALatency) {
  LoadWindows windows({.threads = 1, .length = seconds(1), .from = seconds(10), .count = 1});
  windows.record(0, {.end = seconds(10), .latency = seconds(2), .answered = true});
  const std::vector<WindowSummary> all = windows.finish();
  EXPECT_EQ(all[0].succeeded, 0);
  EXPECT_EQ(all[0].failed, 1);
  EXPECT_EQ(all[0].max_us, 2e6);
}

// A thread that slept between its look at the clock and its count: nothing is lost.
TEST(LoadWindows, WhatComesAfterAWindowWasClosedIsInTheNext) {
  LoadWindows windows({.threads = 1, .length = seconds(1), .from = seconds(10), .count = 3});
  windows.close_until(seconds(12));
  windows.record(0, answered(milliseconds(10'500)));
  const std::vector<WindowSummary> all = windows.finish();
  EXPECT_EQ(all[0].succeeded, 0);
  EXPECT_EQ(all[2].succeeded, 1);
}

TEST(LoadWindows, WhatEndsAfterTheLastOneIsInTheLastOne) {
  LoadWindows windows({.threads = 1, .length = seconds(1), .from = seconds(10), .count = 2});
  windows.record(0, answered(seconds(100)));
  windows.close_until(seconds(200));
  windows.record(0, answered(seconds(200)));
  const std::vector<WindowSummary> all = windows.finish();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].succeeded, 2);
}

}  // namespace
}  // namespace pragmark

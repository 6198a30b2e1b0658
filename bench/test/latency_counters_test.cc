#include "pragmark/bench/latency_counters.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pragmark {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::StrEq;

// Below 256 ns each nanosecond has a bucket of its own, so that every figure is exact.
TEST(LatencyCounters, EachNameHasItsRank) {
  LatencyHistogram latencies;
  const auto record = [&](int count, int ns) {
    for (int i = 0; i < count; ++i) latencies.record(std::chrono::nanoseconds{ns});
  };
  record(500, 10);
  record(400, 20);
  record(90, 30);
  record(9, 40);
  record(1, 50);
  EXPECT_THAT(latency_counters(latencies),
              ElementsAre(Pair(StrEq("latency_us_p50"), DoubleEq(0.010)),
                          Pair(StrEq("latency_us_p90"), DoubleEq(0.020)),
                          Pair(StrEq("latency_us_p99"), DoubleEq(0.030)),
                          Pair(StrEq("latency_us_p99_9"), DoubleEq(0.040)),
                          Pair(StrEq("latency_us_max"), DoubleEq(0.050))));
}

}  // namespace
}  // namespace pragmark

// The loop on a clock that moves only as the test says: what a load counts can be computed exactly.
#include "pragmark/bench/load/loop.h"

#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "pragmark/error.h"

namespace pragmark {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

class FakeClock final : public LoadClock {
 public:
  LoadTime now() noexcept override { return now_; }
  void sleep_until(LoadTime moment) noexcept override {
    if (moment > now_) now_ = moment + oversleep;
  }
  std::chrono::nanoseconds thread_cpu() noexcept override { return cpu_; }
  void pass(LoadTime time) { now_ += time; }
  void use(std::chrono::nanoseconds cpu) { cpu_ += cpu; }

  LoadTime oversleep{0};

 private:
  LoadTime now_ = -milliseconds(20);
  std::chrono::nanoseconds cpu_{0};
};

// Requests that take as long as `request` makes them take.
class FakeClient final : public LoadClient {
 public:
  explicit FakeClient(std::function<bool(std::int64_t number)> request)
      : request_(std::move(request)) {}
  std::size_t operation_of(std::uint64_t /*bits*/) override { return 0; }
  bool run(std::size_t /*operation*/, std::uint64_t /*bits*/) override { return request_(made++); }
  std::int64_t made = 0;

 private:
  std::function<bool(std::int64_t)> request_;
};

// One thread that takes all there is.
class Load {
 public:
  explicit Load(const Arrivals::Options& options)
      : arrivals(options),
        windows({.threads = 1,
                 .length = seconds(1),
                 .from = options.measured_from,
                 .count = std::max<std::int64_t>(
                     1, (options.end - options.measured_from) / seconds(1))}),
        measured_from(options.measured_from) {}

  void run(const std::function<bool(std::int64_t)>& request) {
    FakeClient client(request);
    const auto stopped = [&] { return client.made == stop_after; };
    const auto on_failure = [&](const std::exception& error) { failure = error.what(); };
    run_load(client, tally,
             {.arrivals = arrivals,
              .clock = clock,
              .windows = windows,
              .measured_from = measured_from,
              .timeout = timeout,
              .stall = stall,
              .stopped = stopped,
              .on_failure = on_failure});
    made = client.made;
  }
  void run_taking(LoadTime service) {
    run([&](std::int64_t) {
      clock.pass(service);
      return true;
    });
  }
  [[nodiscard]] const OperationTally& operation() const { return tally.operations[0]; }

  Arrivals arrivals;
  LoadWindows windows;
  LoadTime measured_from;
  LoadTime timeout = seconds(1);
  std::optional<LoadStall> stall;
  std::int64_t stop_after = -1;
  FakeClock clock;
  LoadTally tally{1};
  std::string failure;
  std::int64_t made = 0;
};

const Arrivals::Options kFiveThousand = {
    .kind = ArrivalKind::Constant, .rate = 5000, .end = seconds(10)};
const LoadStall kStall = {.from = seconds(4), .to = milliseconds(4200)};

// 200 ms at 5,000/s delay 1,000 of 50,000 requests by 200, 199.8, .. 0.2 ms. The 99.9th percentile
// is the 51st longest latency.
TEST(Loop, StallOfAnOpenLoopDelaysAllThatWereDue) {
  Load load(kFiveThousand);
  load.stall = kStall;
  load.run_taking(LoadTime(0));
  EXPECT_EQ(load.operation().succeeded, 50'000);
  EXPECT_NEAR(load.operation().latencies.percentile_us(99.9), 190'000, 190'000 * 0.005);
  EXPECT_EQ(load.operation().latencies.max_us(), 200'000);
  EXPECT_EQ(load.operation().latencies.percentile_us(98), 0);
  EXPECT_NEAR(load.operation().latencies.percentile_us(98.1), 10'000, 10'000 * 0.005);
}

// What a closed loop would have reported of the same load: one slow request.
TEST(Loop, StallOfAnOpenLoopIsOneSlowRequestInServiceLatency) {
  Load load(kFiveThousand);
  load.stall = kStall;
  load.run_taking(LoadTime(0));
  EXPECT_EQ(load.operation().service.percentile_us(99.9), 0);
  EXPECT_EQ(load.operation().service.max_us(), 200'000);
}

TEST(Loop, StallOfAClosedLoopIsOneSlowRequest) {
  Load load({.kind = ArrivalKind::Closed, .end = seconds(10)});
  load.stall = kStall;
  load.run_taking(microseconds(200));
  EXPECT_EQ(load.operation().succeeded, 49'000);  // 9.8 s of them
  EXPECT_NEAR(load.operation().latencies.percentile_us(99.9), 200, 1);
  EXPECT_EQ(load.operation().latencies.max_us(), 200'200);
}

// One request of 50 ms: those that were due meanwhile wait for it, each from when it was due.
TEST(Loop, RequestBehindASlowOneIsSlowToo) {
  Load load({.kind = ArrivalKind::Constant, .rate = 100, .end = seconds(1)});
  load.run([&](std::int64_t number) {
    load.clock.pass(number == 10 ? milliseconds(50) : milliseconds(1));
    return true;
  });
  // Due at 100 ms, answered at 150; then 110 at 151, 120 at 152, .. 150 at 155.
  const LatencyHistogram& latencies = load.operation().latencies;
  EXPECT_EQ(latencies.max_us(), 50'000);
  std::uint64_t late = 0;
  for (const auto& [bucket, count] : latencies.filled_buckets()) {
    if (bucket > LatencyHistogram::bucket_of(1'100'000)) late += count;
  }
  EXPECT_EQ(late, 6U);
  EXPECT_EQ(load.operation().service.max_us(), 50'000);
}

TEST(Loop, ThreadThatIsFreeSleepsUntilARequestIsDue) {
  Load load({.kind = ArrivalKind::Constant, .rate = 1, .end = seconds(3)});
  load.clock.oversleep = microseconds(70);
  load.run_taking(milliseconds(1));
  EXPECT_EQ(load.tally.wake_ups.count(), 2U);  // the first was due when it began
  EXPECT_NEAR(load.tally.wake_ups.max_us(), 70, 0.01);
  EXPECT_NEAR(load.operation().latencies.max_us(), 1070, 0.01);
  EXPECT_NEAR(load.operation().service.max_us(), 1000, 0.01);
}

// 100 requests a second, of 30 ms each, none of which may be answered later than 0.5 s.
TEST(Loop, OverloadEndsWithTheScheduleAndCountsWhatItDidNotSend) {
  Load load({.kind = ArrivalKind::Constant, .rate = 100, .end = seconds(10)});
  load.timeout = milliseconds(500);
  load.run_taking(milliseconds(30));
  EXPECT_EQ(load.tally.intended(), 1000);
  EXPECT_EQ(load.tally.sent, load.made);
  EXPECT_GT(load.tally.not_sent, 600);
  EXPECT_EQ(load.tally.sent, load.operation().succeeded + load.tally.timed_out);
  EXPECT_LE(load.made, 351);  // what 30 ms each leaves of the schedule, the timeout and one more
  EXPECT_EQ(load.operation().latencies.count(), static_cast<std::uint64_t>(load.tally.sent));
}

TEST(Loop, AnswerThatComesTooLateIsNoSuccess) {
  Load load({.kind = ArrivalKind::Constant, .rate = 1, .end = seconds(3)});
  load.timeout = milliseconds(500);
  load.run([&](std::int64_t number) {
    load.clock.pass(number == 1 ? milliseconds(501) : milliseconds(500));
    return true;
  });
  EXPECT_EQ(load.operation().succeeded, 2);
  EXPECT_EQ(load.tally.timed_out, 1);
  EXPECT_EQ(load.operation().acknowledged, 3);  // but it was done
}

TEST(Loop, HighestRateDoesNotHang) {
  for (const ArrivalKind kind : {ArrivalKind::Constant, ArrivalKind::Poisson}) {
    Load load({.kind = kind, .rate = kHighestRate, .end = seconds(2)});
    load.timeout = milliseconds(100);
    load.run_taking(milliseconds(1));
    EXPECT_LE(load.made, 2101);
    EXPECT_NEAR(static_cast<double>(load.tally.intended()), 2e9, 1e6);
  }
}

TEST(Loop, WarmUpIsMadeAndNotCounted) {
  Load load(
      {.kind = ArrivalKind::Constant, .rate = 100, .measured_from = seconds(1), .end = seconds(3)});
  load.run_taking(milliseconds(1));
  EXPECT_EQ(load.made, 300);
  EXPECT_EQ(load.tally.sent, 200);
  EXPECT_EQ(load.operation().succeeded, 200);
  EXPECT_EQ(load.operation().acknowledged, 300);
  EXPECT_EQ(load.tally.first_start, seconds(1));
  EXPECT_EQ(load.tally.last_end, milliseconds(2991));
}

TEST(Loop, FailuresHaveCountsAndNoLatency) {
  Load load({.kind = ArrivalKind::Constant, .rate = 10, .end = seconds(1)});
  load.run([&](std::int64_t number) -> bool {
    if (number == 3) throw Error::usage("broken");
    return number != 5;
  });
  EXPECT_EQ(load.tally.failed, 1);
  EXPECT_EQ(load.failure, "broken");
  EXPECT_EQ(load.tally.wrong_rows, 1);
  EXPECT_EQ(load.operation().succeeded, 8);
  EXPECT_EQ(load.operation().acknowledged, 8);
  EXPECT_EQ(load.operation().latencies.count(), 8U);
}

TEST(Loop, StopsBetweenTwoRequests) {
  Load load({.kind = ArrivalKind::Constant, .rate = 10, .end = seconds(100)});
  load.stop_after = 7;
  load.run_taking(milliseconds(1));
  EXPECT_EQ(load.made, 7);
}

// One in sixteen, the first of them.
TEST(Loop, SamplesTheTimeOfTheProcessor) {
  Load load({.kind = ArrivalKind::Constant, .rate = 100, .end = seconds(1)});
  load.run([&](std::int64_t number) {
    load.clock.use(microseconds(number % 16 == 0 ? 40 : 1000));
    return true;
  });
  EXPECT_EQ(load.operation().cpu_samples, 7);
  EXPECT_EQ(load.operation().cpu, microseconds(7 * 40));
}

TEST(Loop, WindowsHoldWhatTheTallyHolds) {
  Load load(kFiveThousand);
  load.stall = kStall;
  load.run_taking(LoadTime(0));
  const std::vector<WindowSummary> windows = load.windows.finish();
  ASSERT_EQ(windows.size(), 10U);
  for (const WindowSummary& one : windows) EXPECT_EQ(one.succeeded, 5000);
  EXPECT_EQ(windows[4].max_us, 200'000);
  EXPECT_EQ(windows[3].max_us, 0);
}

}  // namespace
}  // namespace pragmark

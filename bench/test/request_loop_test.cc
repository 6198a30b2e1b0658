#include "pragmark/bench/request_loop.h"

#include <cmath>
#include <deque>
#include <stdexcept>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "pragmark/error.h"

namespace pragmark {
namespace {

constexpr auto kNever = [] { return false; };
constexpr auto kNothing = [] {};
const LoopControl kRunOn{.stopped = kNever, .on_failure = kNothing};

Error busy() { return Error::sqlite(nullptr, SQLITE_BUSY, "insert", "", "x.db"); }

// Queues writes and commits the oldest when `behind` of them wait, or when the last request was
// begun; every tenth write fails with `error`.
class Queue final : public Client {
 public:
  Queue(std::size_t behind, std::int64_t operations, std::exception_ptr error = nullptr)
      : behind_(behind), operations_(operations), error_(std::move(error)) {}

  Outcome run() override { return Outcome::Written; }
  Started start() override {
    ++begun_;
    Started started{.outcome = Outcome::Written};
    started.written = waiting_.emplace_back().get_future();
    most_ = std::max(most_, waiting_.size());
    while (!waiting_.empty() && (waiting_.size() >= behind_ || begun_ == operations_)) end_one();
    return started;
  }
  void end_one() {
    if (++ended_ % 10 == 0 && error_ != nullptr) {
      waiting_.front().set_exception(error_);
    } else {
      waiting_.front().set_value();
    }
    waiting_.pop_front();
  }

  [[nodiscard]] std::size_t most() const { return most_; }
  [[nodiscard]] std::int64_t ended() const { return ended_; }
  [[nodiscard]] std::int64_t begun() const { return begun_; }

 private:
  const std::size_t behind_;
  const std::int64_t operations_;
  const std::exception_ptr error_;
  std::deque<std::promise<void>> waiting_;
  std::size_t most_ = 0;
  std::int64_t begun_ = 0;
  std::int64_t ended_ = 0;
};

TEST(KeepInFlight, FillsTheWindowAndSeesEveryWriteEndOnce) {
  Queue client(8, 100);  // a loop that waited for one with fewer in flight would wait for ever
  Window window(8);
  Tally tally;
  keep_in_flight(client, 100, window, tally, kRunOn);
  EXPECT_EQ(client.most(), 8U);
  EXPECT_EQ(tally.attempted, 100);
  EXPECT_EQ(tally.writes, 100);
  EXPECT_EQ(tally.latencies.count(), 100U);
  EXPECT_TRUE(window.empty());
}

TEST(KeepInFlight, CountsAWriteThatFoundALockAndLosesNoOther) {
  Queue client(4, 100, std::make_exception_ptr(busy()));
  Window window(4);
  Tally tally;
  keep_in_flight(client, 100, window, tally, kRunOn);
  EXPECT_EQ(tally.attempted, 100);
  EXPECT_EQ(tally.busy_errors, 10);
  EXPECT_EQ(tally.errors, 0);
  EXPECT_EQ(tally.writes, 90);
  EXPECT_EQ(tally.latencies.count(), 90U);
}

TEST(KeepInFlight, EndsAfterAFailureWithNothingInFlight) {
  Queue client(4, 1000, std::make_exception_ptr(std::runtime_error("no")));
  Window window(5);  // so that the failed one is met while others are in flight
  Tally tally;
  int failures = 0;
  const auto on_failure = [&] {
    ++failures;
    EXPECT_THROW(throw, std::runtime_error);
    while (client.ended() < client.begun()) client.end_one();
  };
  keep_in_flight(client, 1000, window, tally, {.stopped = kNever, .on_failure = on_failure});
  EXPECT_GE(failures, 1);
  EXPECT_LT(tally.attempted, 20);
  EXPECT_EQ(tally.errors, failures);
  EXPECT_EQ(tally.attempted, tally.writes + tally.errors);
  EXPECT_TRUE(window.empty());
}

TEST(KeepInFlight, EndsWhenStoppedWithNothingInFlight) {
  Queue client(1, 1'000'000'000);
  Window window(3);
  Tally tally;
  int looks = 0;
  const auto at_the_third = [&] { return ++looks == 3; };
  keep_in_flight(client, 1'000'000'000, window, tally,
                 {.stopped = at_the_third, .on_failure = kNothing});
  EXPECT_EQ(tally.writes, client.begun());
  EXPECT_TRUE(window.empty());
}

// Reads every second time, and cannot queue.
class Alternating final : public Client {
 public:
  Outcome run() override { return ++runs_ % 2 == 0 ? Outcome::Read : Outcome::Written; }

 private:
  int runs_ = 0;
};

TEST(KeepInFlight, CountsWhatIsKnownAtOnce) {
  Alternating client;
  Window window(4);
  Tally tally;
  keep_in_flight(client, 10, window, tally, kRunOn);
  EXPECT_EQ(tally.reads, 5);
  EXPECT_EQ(tally.writes, 5);
  EXPECT_EQ(tally.latencies.count(), 10U);
}

TEST(MakeRequests, EndsWhenStopped) {
  Alternating client;
  Tally tally;
  int looks = 0;
  const auto at_the_second = [&] { return ++looks == 2; };
  make_requests(client, 1'000'000'000'000, tally,
                {.stopped = at_the_second, .on_failure = kNothing});
  EXPECT_EQ(tally.attempted, tally.reads + tally.writes);
  EXPECT_EQ(looks, 2);
}

TEST(HarnessCost, IsMeasured) {
  const double cost = harness_ns_per_op();
  EXPECT_TRUE(std::isfinite(cost));
  EXPECT_GT(cost, 0);
}

}  // namespace
}  // namespace pragmark

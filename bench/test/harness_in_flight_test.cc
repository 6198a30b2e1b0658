// Several writes of one client in flight, under Google Benchmark.
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "harness_fixture.h"

namespace pragmark {
namespace {

using HarnessInFlightTest = HarnessTest;

// Commits what is submitted on a thread of its own; says of every fifth write that the database was
// locked, and does not make it.
class Queueing final : public Passing {
 public:
  Queueing(std::string_view strategy, const SubjectOptions& options)
      : Passing(strategy, options), committer_([this] { commit_all(); }) {}
  ~Queueing() override {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    changed_.notify_one();
    committer_.join();
  }

  std::future<void> submit(const Topic& topic) override {
    const std::lock_guard lock(mutex_);
    std::future<void> written =
        queue_.emplace_back(topic, std::promise<void>()).second.get_future();
    changed_.notify_one();
    return written;
  }

 private:
  void commit_all() {
    std::unique_lock lock(mutex_);
    for (int number = 1;; ++number) {
      changed_.wait(lock, [this] { return closing_ || !queue_.empty(); });
      if (queue_.empty()) return;
      auto [topic, promise] = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      if (number % 5 == 0) {
        promise.set_exception(
            std::make_exception_ptr(Error::sqlite(nullptr, SQLITE_BUSY, "insert", "", "x.db")));
      } else {
        Passing::write(topic);
        promise.set_value();
      }
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<Topic, std::promise<void>>> queue_;
  bool closing_ = false;
  std::thread committer_;
};

TEST_F(HarnessInFlightTest, CountsEveryAcknowledgedWriteOnceAndEveryFailedOneApart) {
  Configuration one = configuration("mixed", 3, 40);
  one.in_flight = 8;
  const Row row = run_with(one, factory_of<Queueing>());
  ASSERT_FALSE(row.error_occurred) << row.error_message;  // rows found == acknowledged writes
  EXPECT_EQ(counter(row, "operations"), 120);
  EXPECT_EQ(counter(row, "busy_errors"), 12);
  EXPECT_NEAR(counter(row, "writes_per_second") * row.real_accumulated_time, 48, 1e-6);
  EXPECT_NEAR(counter(row, "reads_per_second") * row.real_accumulated_time, 60, 1e-6);
}

TEST_F(HarnessInFlightTest, RunsEveryStrategyThatQueues) {
  int queueing = 0;
  for (const SubjectInfo& subject : subjects()) {
    if (!subject.asynchronous) continue;
    ++queueing;
    for (const char* workload : {"sequential_write", "mixed"}) {
      Configuration one = configuration(workload, 1, 30);
      one.strategy = subject.name;
      one.in_flight = 8;
      const Row row = run(one).at(0);
      EXPECT_FALSE(row.error_occurred) << one.full_name() << ": " << row.error_message;
      EXPECT_EQ(counter(row, "operations"), 30);
      EXPECT_EQ(counter(row, "busy_errors"), 0);
    }
  }
  EXPECT_GT(queueing, 0);
}

// Denies the write that it makes: one row more than acknowledged ones.
class DeniedWhenQueued final : public Passing {
 public:
  using Passing::Passing;
  std::future<void> submit(const Topic& topic) override {
    Passing::write(topic);
    std::promise<void> denied;
    denied.set_exception(
        std::make_exception_ptr(Error::sqlite(nullptr, SQLITE_BUSY, "insert", "", "x.db")));
    return denied.get_future();
  }
};

TEST_F(HarnessInFlightTest, FindsAWriteThatWasDeniedAndMade) {
  Configuration one = configuration("sequential_write", 1, 10);
  one.in_flight = 4;
  EXPECT_EQ(run_with(one, factory_of<DeniedWhenQueued>()).error_message,
            "60 rows found, 50 expected (50 initial and 0 acknowledged writes)");
}

}  // namespace
}  // namespace pragmark

// L001 busy_timeout. Two proofs, since neither is enough alone:
// 1. SQLite's own handler sleeps through the VFS, whose clock adds up what it asks for and does not
//    sleep: exact to the millisecond, and over at once, however long the timeout.
// 2. A lock that is held and given up by another thread, in real time: an application's own handler
//    sleeps by other means, and SQLite then answers 0 for the setting. Bounded, so that it proves
//    that a connection waits, not how long it would.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <sqlite3.h>

#include "behaviour/behaviour_check.h"
#include "behaviour/lock_checks.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark::behaviour {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// The lock is held this long where the timeout leaves ample room for it.
constexpr milliseconds kHold{100};
// A timeout that is shorter than this could run out before the lock is given up, by the noise of
// the machine alone: then it is to run out.
constexpr milliseconds kAmple{1000};

// Holds the write lock from construction on, and gives it up after a while on a thread of its own.
//
// Owns:    the transaction and the thread.
// Threads: the one that made it; the connection belongs to the holder until destruction.
// Errors:  construction throws Error when the lock cannot be had.
class LockHolder {
 public:
  LockHolder(Connection& connection, milliseconds hold) : connection_(connection) {
    connection_.execute("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)");
    thread_ = std::thread([this, hold] {
      {
        std::unique_lock lock(mutex_);
        given_up_.wait_for(lock, hold, [this] { return no_longer_needed_; });
      }
      static_cast<void>(attempt(connection_, "ROLLBACK"));
    });
  }
  ~LockHolder() {
    {
      const std::lock_guard lock(mutex_);
      no_longer_needed_ = true;
    }
    given_up_.notify_one();
    thread_.join();
  }
  LockHolder(const LockHolder&) = delete;
  LockHolder& operator=(const LockHolder&) = delete;

 private:
  Connection& connection_;
  std::mutex mutex_;  // guards no_longer_needed_
  std::condition_variable given_up_;
  bool no_longer_needed_ = false;
  std::thread thread_;
};

struct Wait {
  int code = SQLITE_OK;
  milliseconds took{0};
  milliseconds hold{0};

  [[nodiscard]] bool got_the_lock() const { return code == SQLITE_OK; }
  // As long as it was to wait, or nearly; "at once" is less than half of that.
  [[nodiscard]] bool waited(milliseconds timeout) const {
    return got_the_lock() || took >= (timeout.count() > 0 ? timeout : hold) / 2;
  }
};

Wait wait_in_real_time(Connection& holder, Connection& waiter, milliseconds timeout) {
  const milliseconds hold = timeout >= kAmple ? kHold : timeout + kAmple;
  const LockHolder lock(holder, hold);
  const Clock::time_point start = Clock::now();
  const int code = attempt(waiter, "BEGIN IMMEDIATE");
  const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - start);
  if (code == SQLITE_OK) static_cast<void>(attempt(waiter, "ROLLBACK"));
  return {.code = code, .took = took, .hold = hold};
}

// What SQLite's own handler would sleep until it gives up. REQUIRES: it is installed.
Sleeps pretended_wait(const Experiment& experiment, Connection& holder, Connection& waiter) {
  holder.execute("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)");
  const Sleeps before = experiment.sleeps();
  static_cast<void>(attempt(waiter, "BEGIN IMMEDIATE"));
  const Sleeps after = experiment.sleeps();
  holder.execute("ROLLBACK");
  return {.count = after.count - before.count,
          .milliseconds = after.milliseconds - before.milliseconds};
}

std::string describe(const Wait& wait) {
  if (wait.got_the_lock()) {
    return fmt::format("waited {} ms for a lock of {} ms", wait.took.count(), wait.hold.count());
  }
  return fmt::format("{} after {} ms", code_name(wait.code), wait.took.count());
}

}  // namespace

Observation observe_busy_timeout(Experiment& experiment) {
  if (experiment.is_exclusive()) {
    return not_applicable("locking_mode=EXCLUSIVE: there is no other connection to wait for");
  }
  const milliseconds claimed(std::stoll(std::string(experiment.claim())));
  Connection waiter = experiment.open(Patience::OfTheSet);
  waiter.execute("CREATE TABLE t(x)");
  Connection holder = experiment.open();
  const std::string read_back = experiment.read_back().value_or("0");

  const bool is_to_wait = claimed.count() > 0;
  experiment.really_sleep(true);
  Wait wait = wait_in_real_time(holder, waiter, claimed);
  if (wait.waited(claimed) != is_to_wait) {
    throw_if_interrupted();
    wait = wait_in_real_time(holder, waiter, claimed);  // the machine may have been busy
  }
  experiment.really_sleep(false);
  std::string seen = describe(wait);
  if (wait.waited(claimed) != is_to_wait) return contrary(seen);

  // No handler, or not SQLite's own: there is nothing to add up, and it might wait for ever.
  if (read_back == "0") return as_claimed(seen);
  if (read_back != experiment.claim()) return contrary(seen);
  if (claimed.count() > kLongestPretendedWaitMs) return consistent(seen + "; its end not awaited");
  const Sleeps slept = pretended_wait(experiment, holder, waiter);
  seen += fmt::format("; gave up after {} ms in {} sleeps", slept.milliseconds, slept.count);
  return slept.milliseconds == claimed.count() ? as_claimed(seen) : contrary(seen);
}

}  // namespace pragmark::behaviour

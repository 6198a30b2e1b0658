// A lock that is granted in the order of arrival.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>

namespace pragmark::internal {

// SQLite's busy handler sleeps up to 100 ms between tries and polls least for those who wait
// longest; a std::mutex promises no order either. Here the lock is handed to the one who has waited
// longest, and nobody who comes later can overtake it.
//
// Owns:    nothing.
// Threads: any number at once. Meets BasicLockable, so std::lock_guard works.
// Errors:  none.
class FairLock {
 public:
  void lock() {
    std::unique_lock guard(mutex_);
    if (!held_) {
      held_ = true;
      return;
    }
    Waiter waiter;
    waiters_.push_back(&waiter);
    waiter.woken.wait(guard, [&] { return waiter.granted; });
  }

  void unlock() {
    const std::lock_guard guard(mutex_);
    if (waiters_.empty()) {
      held_ = false;
      return;
    }
    // held_ stays true: the lock passes from hand to hand. Notified under the mutex, since the
    // waiter's condition variable is gone as soon as it sees that it was granted the lock.
    Waiter* next = waiters_.front();
    waiters_.pop_front();
    next->granted = true;
    next->woken.notify_one();
  }

  // How many wait; out of date as soon as it is read.
  [[nodiscard]] std::size_t waiting() {
    const std::lock_guard guard(mutex_);
    return waiters_.size();
  }

 private:
  struct Waiter {
    std::condition_variable woken;
    bool granted = false;
  };
  std::mutex mutex_;  // guards all below
  bool held_ = false;
  std::deque<Waiter*> waiters_;
};

}  // namespace pragmark::internal

#include "../src/strategies/fair_lock.h"

#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "threads.h"

namespace pragmark {
namespace {

// Waiters are let in one after another; each is only started when the one before it is queued.
TEST(FairLock, IsGrantedInTheOrderOfArrival) {
  internal::FairLock lock;
  std::vector<int> order;
  std::vector<std::jthread> waiters;
  lock.lock();
  for (int i = 0; i < kThreads; ++i) {
    waiters.emplace_back([&, i] {
      lock.lock();
      order.push_back(i);
      lock.unlock();
    });
    while (lock.waiting() != static_cast<std::size_t>(i) + 1) std::this_thread::yield();
  }
  lock.unlock();
  waiters.clear();
  EXPECT_THAT(order, ::testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(FairLock, ExcludesOthers) {
  internal::FairLock lock;
  int unguarded = 0;
  in_threads(kThreads, [&](int) {
    for (int i = 0; i < 1000; ++i) {
      const std::lock_guard turn(lock);
      ++unguarded;
    }
  });
  EXPECT_EQ(unguarded, kThreads * 1000);
}

}  // namespace
}  // namespace pragmark

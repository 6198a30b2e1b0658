// What strategies promise to threads; run under ThreadSanitizer too.
#include "pragmark/strategy.h"

#include <latch>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../src/strategies/fair_lock.h"
#include "matchers.h"
#include "pragmark/store.h"
#include "temp_directory.h"

namespace pragmark {
namespace {

using ::testing::IsEmpty;

constexpr int kThreads = 8;
constexpr int kOperations = 40;  // for each thread

void in_threads(int threads, const std::function<void(int)>& work) {
  std::vector<std::jthread> all;
  for (int i = 0; i < threads; ++i) all.emplace_back([&, i] { work(i); });
}

class EveryStrategy : public ::testing::TestWithParam<std::string_view> {};

INSTANTIATE_TEST_SUITE_P(Strategies, EveryStrategy,
                         ::testing::Values("open-per-op", "per-thread", "single-writer"));

TEST_P(EveryStrategy, ManyThreadsLoseNoWriteAndReadTheirOwn) {
  const TempDirectory directory;
  for (const std::string& path : {directory.file("a.db"), std::string(":memory:")}) {
    Store store({.path = path, .strategy = std::string(GetParam())});
    std::atomic<int> acknowledged = 0;
    std::atomic<int> found = 0;
    in_threads(kThreads, [&](int thread) {
      store.warm_up();
      Topic topic;
      for (int i = 0; i < kOperations; ++i) {
        topic.id = std::to_string(thread) + "-" + std::to_string(i);
        store.insert(topic);
        ++acknowledged;
        if (store.get_topic(topic.id)) ++found;
      }
    });
    EXPECT_EQ(acknowledged, kThreads * kOperations);
    EXPECT_EQ(found, acknowledged) << "an acknowledged write is visible";
    EXPECT_EQ(store.count<Topic>(), acknowledged);
    EXPECT_THAT(store.check(), IsEmpty());
    EXPECT_EQ(store.contention().total(), 0U);
  }
}

TEST(PerThread, ConnectionsOfEndedThreadsAreUsedAgain) {
  const TempDirectory directory;
  Store store({.path = directory.file("a.db"), .strategy = "per-thread"});
  const std::uint64_t before = store.connections_opened();
  for (int i = 0; i < 5; ++i) {
    std::jthread([&] { store.warm_up(); });
  }
  EXPECT_EQ(store.connections_opened() - before, 2U) << "one reader and one writer";
}

TEST(PerThread, AThreadMayOutliveItsStoreAndUseTheNext) {
  const TempDirectory directory;
  for (int i = 0; i < 3; ++i) {
    Store store({.path = directory.file(std::to_string(i) + ".db"), .strategy = "per-thread"});
    store.insert(Topic{.id = "t"});
    EXPECT_EQ(store.count<Topic>(), 1);
  }
}

TEST(PerThread, TwoStoresInOneThreadKeepTheirConnectionsApart) {
  const TempDirectory directory;
  Store a({.path = directory.file("a.db"), .strategy = "per-thread"});
  Store b({.path = directory.file("b.db"), .strategy = "single-writer"});
  a.insert(Topic{.id = "t"});
  EXPECT_EQ(a.count<Topic>(), 1);
  EXPECT_EQ(b.count<Topic>(), 0);
}

TEST(WarmUp, OpensAllThatOperationsNeed) {
  const TempDirectory directory;
  for (const char* strategy : {"per-thread", "single-writer"}) {
    Store store({.path = directory.file(strategy), .strategy = strategy});
    store.warm_up();
    const std::uint64_t opened = store.connections_opened();
    store.insert(Topic{.id = "t"});
    EXPECT_TRUE(store.get_topic("t"));
    EXPECT_EQ(store.connections_opened(), opened) << strategy;
  }
}

TEST(OpenPerOp, OpensAConnectionForEachOperation) {
  const TempDirectory directory;
  Store store({.path = directory.file("a.db"), .strategy = "open-per-op"});
  const std::uint64_t before = store.connections_opened();
  store.insert(Topic{.id = "t"});
  EXPECT_TRUE(store.get_topic("t"));
  EXPECT_EQ(store.connections_opened() - before, 2U);
}

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

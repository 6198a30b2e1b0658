// What strategies promise to threads; run under ThreadSanitizer too.
#include "pragmark/strategy.h"

#include <latch>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "../src/strategies/fair_lock.h"
#include "matchers.h"
#include "pragmark/counting_vfs.h"
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
                         ::testing::Values("open-per-op", "per-thread", "single-writer",
                                           "group-commit"));

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
  for (const char* strategy : {"per-thread", "single-writer", "group-commit"}) {
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

TEST(GroupCommit, WritersShareCommits) {
  const TempDirectory directory;
  const CountingVfs vfs;
  Store store({.path = directory.file("a.db"),
               .set = PragmaSet::parse("durable+wal_autocheckpoint=0"),
               .strategy = "group-commit",
               .vfs = vfs.name()});
  store.warm_up();
  const IoCounts before = vfs.counts();
  in_threads(kThreads, [&](int thread) {
    for (int i = 0; i < kOperations; ++i) {
      store.insert(Topic{.id = std::to_string(thread) + "-" + std::to_string(i)});
    }
  });
  const std::uint64_t syncs = (vfs.counts() - before).at(FileRole::Wal).syncs;
  EXPECT_GT(syncs, 0U);
  EXPECT_LT(syncs, kThreads * kOperations) << "one sync for each write is no group";
  EXPECT_EQ(store.count<Topic>(), kThreads * kOperations);
}

TEST(GroupCommit, AnOperationFailsAloneWithItsOwnError) {
  const TempDirectory directory;
  Store store({.path = directory.file("a.db"), .strategy = "group-commit"});
  store.insert(Topic{.id = "taken"});
  std::atomic<int> duplicates = 0;
  std::atomic<int> own = 0;
  in_threads(kThreads, [&](int thread) {
    for (int i = 0; i < kOperations; ++i) {
      const std::string id = std::to_string(thread) + "-" + std::to_string(i);
      try {
        store.batch([&](Writer& writer) {
          writer.insert(Topic{.id = id});
          if (i % 3 == 1) writer.insert(Topic{.id = "taken"});
          if (i % 3 == 2) throw std::runtime_error(id);
        });
        EXPECT_EQ(i % 3, 0);
      } catch (const Error& error) {
        EXPECT_EQ(i % 3, 1);
        EXPECT_EQ(error.code(), SQLITE_CONSTRAINT);
        ++duplicates;
      } catch (const std::runtime_error& error) {
        EXPECT_EQ(error.what(), id) << "somebody else's error";
        ++own;
      }
    }
  });
  const int committed = kThreads * kOperations - duplicates - own;
  EXPECT_GT(duplicates, 0);
  EXPECT_GT(own, 0);
  EXPECT_EQ(store.count<Topic>(), 1 + committed)
      << "what failed left nothing, not even its first row";
  EXPECT_THAT(store.check(), IsEmpty());
}

// The disk fails again and again under many writers: whoever was told that the write is committed
// must find it.
TEST_P(EveryStrategy, AcknowledgedWritesSurviveAFailingDisk) {
  const TempDirectory directory;
  CountingVfs vfs;
  Store store(
      {.path = directory.file("a.db"), .strategy = std::string(GetParam()), .vfs = vfs.name()});
  std::mutex mutex;
  std::vector<std::string> acknowledged;  // guarded by mutex
  std::atomic<int> failures = 0;
  in_threads(kThreads, [&](int thread) {
    for (int i = 0; i < kOperations; ++i) {
      const std::string id = std::to_string(thread) + "-" + std::to_string(i);
      if (thread == 0 && i % 4 == 0) vfs.fail_after(static_cast<std::uint64_t>(i) % 13);
      try {
        store.insert(Topic{.id = id});
        const std::lock_guard lock(mutex);
        acknowledged.push_back(id);
      } catch (const Error& error) {
        ++failures;
        vfs.stop_failing();
      }
    }
  });
  vfs.stop_failing();
  EXPECT_GT(failures, 0);
  for (const std::string& id : acknowledged) EXPECT_TRUE(store.get_topic(id)) << id;
  EXPECT_THAT(store.check(), IsEmpty());
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

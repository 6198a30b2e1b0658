// What strategies promise to threads; run under ThreadSanitizer too.
#include "pragmark/strategy.h"

#include <atomic>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pragmark/counting_vfs.h"
#include "pragmark/store.h"
#include "temp_directory.h"
#include "threads.h"

namespace pragmark {
namespace {

using ::testing::IsEmpty;

class EveryStrategy : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Strategies, EveryStrategy, all_strategies());

TEST_P(EveryStrategy, ManyThreadsLoseNoWriteAndReadTheirOwn) {
  const TempDirectory directory;
  for (const std::string& path : {directory.file("a.db"), std::string(":memory:")}) {
    Store store({.path = path, .strategy = GetParam()});
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

// Otherwise whoever copies the file of a closed database leaves commits behind.
TEST_P(EveryStrategy, LeavesOneFileWhenClosed) {
  const TempDirectory directory;
  {
    Store store({.path = directory.file("a.db"), .strategy = GetParam()});
    in_threads(2, [&](int thread) {
      store.insert(Topic{.id = std::to_string(thread)});
      static_cast<void>(store.count<Topic>());
    });
    store.insert(Topic{.id = "last"});
  }
  EXPECT_THAT(directory.names(), ::testing::ElementsAre("a.db"));
}

TEST(OpenPerOp, OpensAConnectionForEachOperation) {
  const TempDirectory directory;
  Store store({.path = directory.file("a.db"), .strategy = "open-per-op"});
  const std::uint64_t before = store.connections_opened();
  store.insert(Topic{.id = "t"});
  EXPECT_TRUE(store.get_topic("t"));
  EXPECT_EQ(store.connections_opened() - before, 2U);
}

// The disk fails again and again under many writers: whoever was told that the write is committed
// must find it.
TEST_P(EveryStrategy, AcknowledgedWritesSurviveAFailingDisk) {
  const TempDirectory directory;
  CountingVfs vfs;
  Store store({.path = directory.file("a.db"), .strategy = GetParam(), .vfs = vfs.name()});
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

}  // namespace
}  // namespace pragmark

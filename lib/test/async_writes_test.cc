// Writes that nobody waits for at once; run under ThreadSanitizer too.
#include <atomic>
#include <future>
#include <mutex>
#include <optional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "matchers.h"
#include "pragmark/counting_vfs.h"
#include "pragmark/store.h"
#include "temp_directory.h"
#include "threads.h"

namespace pragmark {
namespace {

using ::testing::IsEmpty;
using ::testing::Throws;

template <typename Result>
bool is_ready(const std::future<Result>& future) {
  return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

class AsyncWrites : public ::testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] StoreOptions options(const char* set = "production") const {
    return {.path = directory.file("a.db"), .set = PragmaSet::parse(set), .strategy = GetParam()};
  }
  const TempDirectory directory;
};

INSTANTIATE_TEST_SUITE_P(Strategies, AsyncWrites, all_strategies());

TEST_P(AsyncWrites, HaveTheValuesOfTheOthers) {
  Store store(options());
  auto inserted = store.insert_async(Topic{.id = "t", .title = "old"});
  auto updated = store.update_async(Topic{.id = "t", .title = "new"});
  auto not_updated = store.update_async(Topic{.id = "none"});
  auto upserted = store.upsert_async(Topic{.id = "u"});
  auto removed = store.remove_async<Topic>("u");
  auto not_removed = store.remove_async<Topic>("u");
  EXPECT_NO_THROW(inserted.get());
  EXPECT_TRUE(updated.get());
  EXPECT_FALSE(not_updated.get());
  EXPECT_NO_THROW(upserted.get());
  EXPECT_TRUE(removed.get());
  EXPECT_FALSE(not_removed.get());
  EXPECT_EQ(store.get_topic("t").value().title, "new");
  EXPECT_EQ(store.count<Topic>(), 1);
}

TEST_P(AsyncWrites, AreFinishedWhenTheyReturnWhereThereIsNoQueue) {
  Store store(options());
  const auto write = store.insert_async(Topic{.id = "t"});
  if (!parse_strategy(GetParam()).info->queues) {
    EXPECT_TRUE(is_ready(write));
    EXPECT_EQ(store.count<Topic>(), 1);
  }
  write.wait();
  EXPECT_EQ(store.count<Topic>(), 1) << "a future that is ready is committed";
}

TEST_P(AsyncWrites, AreVisibleToOthersWhenTheyAreReady) {
  Store store(options());
  Connection other = Connection::open({.path = directory.file("a.db")});
  for (int i = 1; i <= 50; ++i) {
    store.insert_async(Topic{.id = std::to_string(i)}).get();
    Statement count = other.prepare("SELECT count(*) FROM topics");
    ASSERT_TRUE(count.step());
    ASSERT_EQ(count.integer(0), i);
  }
}

TEST_P(AsyncWrites, KeepTheOrderOfTheirThread) {
  Store store(options());
  in_threads(kThreads, [&](int thread) {
    const std::string id = std::to_string(thread);
    std::vector<std::future<void>> writes;
    for (int i = 0; i <= kOperations; ++i) {
      writes.push_back(store.upsert_async(Topic{.id = id, .priority = i}));
    }
    for (auto& write : writes) EXPECT_NO_THROW(write.get());
    EXPECT_EQ(store.get_topic(id).value().priority, kOperations);
  });
}

TEST_P(AsyncWrites, FailAlone) {
  Store store(options());
  store.insert(Topic{.id = "taken"});
  in_threads(kThreads, [&](int thread) {
    std::vector<std::future<void>> writes;
    for (int i = 0; i < kOperations; ++i) {
      const std::string own = std::to_string(thread) + "-" + std::to_string(i);
      writes.push_back(store.insert_async(Topic{.id = i % 3 == 2 ? "taken" : own}));
    }
    for (std::size_t i = 0; i < writes.size(); ++i) {
      if (i % 3 != 2) {
        EXPECT_NO_THROW(writes[i].get());
        continue;
      }
      EXPECT_THAT([&] { writes[i].get(); }, Throws<Error>(CodeIs(SQLITE_CONSTRAINT_PRIMARYKEY)));
    }
  });
  EXPECT_EQ(store.count<Topic>(), 1 + kThreads * (kOperations - kOperations / 3));
}

TEST_P(AsyncWrites, CountContention) {
  Store store(options("production+busy_timeout=0"));
  store.warm_up();
  Connection other = Connection::open({.path = directory.file("a.db")});
  const Transaction holds(other);
  auto write = store.insert_async(Topic{.id = "t"});
  EXPECT_THAT([&] { write.get(); }, Throws<Error>(CodeIs(SQLITE_BUSY)));
  EXPECT_EQ(store.contention().busy, 1U);
}

TEST_P(AsyncWrites, AreFinishedBeforeTheStoreIsGone) {
  constexpr int kWrites = 200;  // of each thread
  std::mutex mutex;
  std::vector<std::future<void>> writes;  // guarded by mutex
  {
    Store store(options("production+wal_autocheckpoint=30"));
    in_threads(3, [&](int thread) {
      for (int i = 0; i < kWrites; ++i) {
        auto write = store.insert_async(Topic{.id = std::to_string(thread * kWrites + i)});
        const std::lock_guard lock(mutex);
        writes.push_back(std::move(write));
      }
    });
  }
  for (auto& write : writes) {
    ASSERT_TRUE(is_ready(write));
    EXPECT_NO_THROW(write.get());
  }
  Store again(options());
  EXPECT_EQ(again.count<Topic>(), 3 * kWrites);
  EXPECT_THAT(again.check(), IsEmpty());
}

// The disk fails again and again: whoever was told that the write is committed must find it.
TEST_P(AsyncWrites, AcknowledgedOnesSurviveAFailingDisk) {
  CountingVfs vfs;
  StoreOptions failing = options("production+wal_autocheckpoint=20");
  failing.vfs = vfs.name();
  Store store(failing);
  std::atomic<int> failures = 0;
  std::mutex mutex;
  std::vector<std::string> acknowledged;  // guarded by mutex
  in_threads(4, [&](int thread) {
    for (int round = 0; round < 10; ++round) {
      if (thread == 0) vfs.fail_after(static_cast<std::uint64_t>(round));
      std::vector<std::pair<std::string, std::future<void>>> writes;
      for (int i = 0; i < 30; ++i) {
        std::string id = std::to_string(thread * 1000 + round * 30 + i);
        auto write = store.insert_async(Topic{.id = id});
        writes.emplace_back(std::move(id), std::move(write));
      }
      for (auto& [id, write] : writes) {
        try {
          write.get();
          const std::lock_guard lock(mutex);
          acknowledged.push_back(id);
        } catch (const Error& error) {
          ++failures;
        }
      }
      if (thread == 0) vfs.stop_failing();
    }
  });
  vfs.stop_failing();
  EXPECT_GT(failures, 0);
  for (const std::string& id : acknowledged) EXPECT_TRUE(store.get_topic(id)) << id;
  EXPECT_THAT(store.check(), IsEmpty());
}

// While the writer cannot commit, the queue takes no more than its bound, and loses nothing of it.
TEST(GroupCommitQueue, HoldsBackWhoSubmitsTooMuch) {
  constexpr int kBound = 4096;
  constexpr int kWrites = kBound + 500;
  const TempDirectory directory;
  Store store({.path = directory.file("a.db"),
               .set = PragmaSet::parse("production+busy_timeout=60000"),
               .strategy = "group-commit"});
  store.warm_up();
  std::atomic<int> submitted = 0;
  std::vector<std::future<void>> writes;
  std::optional<std::jthread> client;
  {
    Connection other = Connection::open({.path = directory.file("a.db")});
    const Transaction holds(other);
    client.emplace([&] {
      for (int i = 0; i < kWrites; ++i) {
        writes.push_back(store.insert_async(Topic{.id = std::to_string(i)}));
        ++submitted;
      }
    });
    while (submitted < kBound) std::this_thread::yield();
    for (int i = 0; i < 200; ++i) static_cast<void>(store.count<Topic>());  // some time
    EXPECT_EQ(submitted, kBound);
    EXPECT_EQ(store.count<Topic>(), 0);
  }
  client.reset();
  for (auto& write : writes) EXPECT_NO_THROW(write.get());
  EXPECT_EQ(store.count<Topic>(), kWrites);
}

TEST(GroupCommitQueue, InMemoryThereIsNone) {
  Store store({.path = ":memory:", .strategy = "group-commit"});
  auto write = store.insert_async(Topic{.id = "t"});
  EXPECT_TRUE(is_ready(write));
  EXPECT_NO_THROW(write.get());
  EXPECT_THAT([&] { store.insert_async(Topic{.id = "t"}).get(); },
              Throws<Error>(CodeIs(SQLITE_CONSTRAINT_PRIMARYKEY)));
}

}  // namespace
}  // namespace pragmark

// Writers that share a transaction keep their own results; run under ThreadSanitizer too.
#include <atomic>
#include <future>

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

using ::testing::AllOf;
using ::testing::IsEmpty;
using ::testing::Throws;

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

TEST(GroupCommit, AStatementFailsAloneWithItsOwnError) {
  const TempDirectory directory;
  Store store({.path = directory.file("a.db"), .strategy = "group-commit"});
  store.insert(Topic{.id = "taken"});
  std::atomic<int> duplicates = 0;
  in_threads(kThreads, [&](int thread) {
    for (int i = 0; i < kOperations; ++i) {
      const std::string own = std::to_string(thread) + "-" + std::to_string(i);
      try {
        store.insert(Topic{.id = i % 2 == 0 ? own : "taken"});
        EXPECT_EQ(i % 2, 0);
      } catch (const Error& error) {
        EXPECT_EQ(i % 2, 1);
        EXPECT_EQ(error.extended_code(), SQLITE_CONSTRAINT_PRIMARYKEY);
        ++duplicates;
      }
    }
  });
  EXPECT_EQ(duplicates, kThreads * kOperations / 2);
  EXPECT_EQ(store.count<Topic>(), 1 + kThreads * kOperations / 2);
  EXPECT_THAT(store.check(), IsEmpty());
}

// The lock that another connection holds lets a batch gather whose contents are known.
class OneBatch : public ::testing::Test {
 protected:
  OneBatch() {
    store.insert(Topic{.id = "taken"});
    Connection other = Connection::open({.path = directory.file("a.db")});
    const Transaction holds(other);
    waits_for_the_lock = store.insert_async(Topic{.id = "first"});
    before = counting.counts();
    first = store.insert_async(Topic{.id = "a"});
    duplicate = store.insert_async(Topic{.id = "taken"});
    orphan = store.insert_async(BlogPost{.id = "b", .research_topic_id = "none"});
    found = store.remove_async<Topic>("taken");
    missing = store.update_async(Topic{.id = "none"});
    last = store.insert_async(Topic{.id = "taken"});
  }

  const TempDirectory directory;
  CountingVfs counting;
  Store store{{.path = directory.file("a.db"),
               .set = PragmaSet::parse("durable"),
               .strategy = "group-commit",
               .vfs = counting.name()}};
  IoCounts before;
  std::future<void> waits_for_the_lock, first, duplicate, orphan, last;
  std::future<bool> found, missing;
};

TEST_F(OneBatch, GivesEachItsOwnResultInOneCommit) {
  EXPECT_NO_THROW(waits_for_the_lock.get());
  EXPECT_NO_THROW(first.get());
  EXPECT_THAT([&] { duplicate.get(); }, Throws<Error>(CodeIs(SQLITE_CONSTRAINT_PRIMARYKEY)));
  EXPECT_THAT([&] { orphan.get(); }, Throws<Error>(CodeIs(SQLITE_CONSTRAINT_FOREIGNKEY)));
  EXPECT_TRUE(found.get());
  EXPECT_FALSE(missing.get());
  EXPECT_NO_THROW(last.get()) << "it comes after the removal";
  EXPECT_LE((counting.counts() - before).at(FileRole::Wal).syncs, 2U)
      << "the one that waits for the lock, perhaps alone, and the batch";
  EXPECT_EQ(store.count<Topic>(), 3);
}

// A batch that cannot be committed has failed for each of its writes.
TEST(GroupCommit, AFailedCommitFailsAllOfItsBatch) {
  const TempDirectory directory;
  CountingVfs counting;
  Store store({.path = directory.file("a.db"),
               .set = PragmaSet::parse("durable"),
               .strategy = "group-commit",
               .vfs = counting.name()});
  store.insert(Topic{.id = "before"});
  counting.fail_after(0, FailingCall::Sync);
  std::vector<std::future<void>> writes;
  for (int i = 0; i < 100; ++i)
    writes.push_back(store.insert_async(Topic{.id = std::to_string(i)}));
  for (std::future<void>& write : writes) {
    EXPECT_THAT([&] { write.get(); },
                Throws<Error>(AllOf(KindIs(ErrorKind::Environment), CodeIs(SQLITE_IOERR_FSYNC))));
  }
  counting.stop_failing();
  EXPECT_EQ(store.count<Topic>(), 1);
  EXPECT_THAT(store.check(), IsEmpty());
}

}  // namespace
}  // namespace pragmark

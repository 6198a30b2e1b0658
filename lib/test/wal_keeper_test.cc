// Checkpoints in the background, and the read slot that is held for the readers; run under
// ThreadSanitizer too.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "matchers.h"
#include "pragmark/counting_vfs.h"
#include "pragmark/store.h"
#include "sql.h"
#include "temp_directory.h"
#include "threads.h"

namespace pragmark {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kInterval = 25;  // frames that make a checkpoint due
constexpr int kPageBytes = 1024;
constexpr int kFrameBytes = kPageBytes + 24;
constexpr int kMostFrames = 4 * kInterval;  // when writers wait
constexpr int kWriters = 4;
constexpr int kFramesOfWrite = 20;   // of one topic; more than it ever takes
constexpr int kMostWrites = 20'000;  // for what must happen sooner or later

class BackgroundCheckpoints : public ::testing::TestWithParam<const char*> {
 protected:
  void write(int count) {
    for (int i = 0; i < count; ++i) store.insert(Topic{.id = std::to_string(written++)});
  }
  // Writes until `reached` is; false when it never is. Long enough in between for a restart: asking
  // for the health checkpoints by itself, with SQLite before 3.51.
  template <typename Reached>
  [[nodiscard]] bool write_until(Reached reached) {
    const int end = written + kMostWrites;
    while (!reached() && written < end) write(100);
    return reached();
  }
  [[nodiscard]] CheckpointerHealth health() { return store.wal_health().checkpointer.value(); }
  [[nodiscard]] std::int64_t wal_frames() const {
    return (static_cast<std::int64_t>(counting.counts().wal_bytes_max) - 32) / kFrameBytes;
  }

  const TempDirectory directory;
  const std::string path = directory.file("a.db");
  CountingVfs counting;
  Store store{{.path = path,
               .set = PragmaSet::parse("production+page_size=1024+wal_autocheckpoint=25"),
               .strategy = GetParam(),
               .vfs = counting.name()}};
  int written = 0;
};

INSTANTIATE_TEST_SUITE_P(
    Strategies, BackgroundCheckpoints,
    ::testing::Values("group-commit", "group-commit+wal_writes=direct",
                      "single-writer+checkpoints=background",
                      "single-writer+checkpoints=background+wal_writes=coalesced"));

TEST_P(BackgroundCheckpoints, KeepTheWalBoundedWhileThreadsWriteAndRead) {
  constexpr int kWritesOfThread = 300;
  in_threads(2 * kWriters, [&](int thread) {
    for (int i = 0; i < kWritesOfThread; ++i) {
      const std::string id = std::to_string(thread) + "-" + std::to_string(i);
      if (thread < kWriters) {
        store.insert(Topic{.id = id});
      } else {
        static_cast<void>(store.get_topic(id));
      }
    }
  });
  const CheckpointerHealth done = health();
  EXPECT_GT(done.restarts, 0U);
  EXPECT_GE(done.checkpoints, done.restarts);
  EXPECT_EQ(done.failed, 0U) << done.last_error;
  EXPECT_EQ(store.count<Topic>(), kWriters * kWritesOfThread);
  EXPECT_THAT(store.check(), IsEmpty());
}

TEST_P(BackgroundCheckpoints, WritersWaitRatherThanLetTheWalGrow) {
  in_threads(kWriters, [&](int thread) {
    for (int i = 0; i < 400; ++i) {
      store.insert(Topic{.id = std::to_string(thread) + "-" + std::to_string(i)});
    }
  });
  EXPECT_LE(wal_frames(), kMostFrames + kWriters * kFramesOfWrite);
  EXPECT_GT(health().restarts, 0U);
}

TEST_P(BackgroundCheckpoints, ALongReaderIsWaitedForByNobodyAndTheWalBeginsAnewAfterIt) {
  write(1);
  Connection reader = Connection::open({.path = path});
  {
    const ReadTransaction transaction(reader);
    EXPECT_EQ(number(reader, "SELECT count(*) FROM topics"), 1);
    EXPECT_TRUE(write_until([&] { return health().held_back > 1; }));
    const std::uint64_t restarts = health().restarts;
    write(kMostFrames);
    EXPECT_GT(wal_frames(), kMostFrames) << "the WAL grows, and no writer waits";
    EXPECT_EQ(health().restarts, restarts);
    EXPECT_EQ(health().failed, 0U);
    EXPECT_EQ(number(reader, "SELECT count(*) FROM topics"), 1) << "its snapshot is intact";
  }
  const std::uint64_t before = health().restarts;
  EXPECT_TRUE(write_until([&] { return health().restarts > before; }));
  write(1);
  // A writer waits before it begins: the last one may go beyond by what it writes.
  EXPECT_LT(store.wal_health().checkpoint.frames_in_wal, kMostFrames + kFramesOfWrite);
  EXPECT_EQ(store.count<Topic>(), written);
}

// What was due at the end of a long WAL must not be waited for in the next, short one.
TEST_P(BackgroundCheckpoints, GoOnAfterSomebodyElseEmptiedALongWal) {
  write(1);
  Connection other = Connection::open({.path = path});
  {
    const ReadTransaction transaction(other);
    EXPECT_EQ(number(other, "SELECT count(*) FROM topics"), 1);
    write(4 * kMostFrames);
  }
  while (other.checkpoint(CheckpointMode::Truncate).busy) std::this_thread::yield();
  const std::uint64_t before = counting.counts().checkpoints;
  const int end = written + 2 * kMostFrames;  // half of what it was
  while (counting.counts().checkpoints == before && written < end) {
    write(1);
    std::this_thread::yield();
  }
  EXPECT_GT(counting.counts().checkpoints, before);
}

TEST_P(BackgroundCheckpoints, AFailingDiskFailsNoCommit) {
  write(1);  // begins the WAL, whose header is synced
  counting.fail_after(0, FailingCall::Sync);
  write(2 * kMostFrames);  // no commit fails, none waits for ever
  counting.stop_failing();
  EXPECT_GT(health().failed, 0U);
  EXPECT_THAT(health().last_error, HasSubstr("checkpoint"));
  EXPECT_TRUE(write_until([&] { return health().restarts > 0; }));
  EXPECT_EQ(store.count<Topic>(), written);
  EXPECT_THAT(store.check(), IsEmpty());
}

TEST_P(BackgroundCheckpoints, OnesThatAreAskedForRunBesideThem) {
  std::atomic<bool> done = false;
  std::jthread asks([&] {
    while (!done) {
      for (const CheckpointMode mode : {CheckpointMode::Passive, CheckpointMode::Truncate}) {
        EXPECT_FALSE(store.checkpoint(mode).busy);
      }
    }
  });
  write(600);
  done = true;
  asks.join();
  EXPECT_EQ(health().failed, 0U) << health().last_error;
  EXPECT_THAT(store.check(), IsEmpty());
}

TEST_P(BackgroundCheckpoints, AreLeftToThemByTheWriters) {
  const auto strategy =
      make_strategy(GetParam(), {path, PragmaSet::parse("production+page_size=1024"
                                                        "+wal_autocheckpoint=25")});
  const auto value = [](Connection& connection) {
    return number(connection, "PRAGMA wal_autocheckpoint");
  };
  std::int64_t of_writer = -1;
  std::int64_t of_reader = -1;
  strategy->write([&](Connection& writer) { of_writer = value(writer); }, Extent::Transaction);
  strategy->read([&](Connection& reader) { of_reader = value(reader); });
  EXPECT_EQ(of_writer, 0);
  EXPECT_EQ(of_reader, kInterval) << "the set's own";
}

TEST(Checkpoints, OnCommitKeepTheSetsInterval) {
  const TempDirectory directory;
  const CountingVfs counting;
  for (const char* name : {"single-writer", "group-commit+checkpoints=commit", "per-thread"}) {
    Store store({.path = directory.file(name),
                 .set = PragmaSet::parse("production+wal_autocheckpoint=25"),
                 .strategy = name,
                 .vfs = counting.name()});
    EXPECT_EQ(store.wal_health().checkpointer, std::nullopt) << name;
    const IoCounts before = counting.counts();
    for (int i = 0; i < 50; ++i) store.insert(Topic{.id = std::to_string(i)});
    EXPECT_GT((counting.counts() - before).checkpoints, 3U) << name;
  }
}

// Nobody to checkpoint for: no thread is started, and writing works.
TEST(Checkpoints, InTheBackgroundNeedAWalAndAnInterval) {
  for (const char* set : {"default", "production+wal_autocheckpoint=0"}) {
    const TempDirectory directory;
    Store store(
        {.path = directory.file("a.db"), .set = PragmaSet::parse(set), .strategy = "group-commit"});
    for (int i = 0; i < 200; ++i) store.insert(Topic{.id = std::to_string(i)});
    EXPECT_EQ(store.wal_health().checkpointer, std::nullopt) << set;
    EXPECT_EQ(store.count<Topic>(), 200) << set;
  }
}

class HeldSlot : public ::testing::TestWithParam<const char*> {
 protected:
  HeldSlot() { store.insert(Topic{.id = "t"}); }

  const TempDirectory directory;
  Store store{{.path = directory.file("a.db"), .strategy = GetParam()}};
  Connection other = Connection::open({.path = directory.file("a.db")});
};

INSTANTIATE_TEST_SUITE_P(Strategies, HeldSlot,
                         ::testing::Values("single-writer", "group-commit",
                                           "group-commit+checkpoints=commit"));

// Between two reads of this thread nobody but the keeper can keep the WAL from being truncated.
TEST_P(HeldSlot, IsThereWhileReadsGoOnAndNobodyWrites) {
  bool held = false;
  for (int tries = 0; tries < 2000 && !held; ++tries) {
    other.execute("UPDATE topics SET priority = priority + 1");
    for (int i = 0; i < 2000; ++i) EXPECT_EQ(store.count<Topic>(), 1);
    held = other.checkpoint(CheckpointMode::Truncate).busy;
  }
  EXPECT_TRUE(held);
  while (other.checkpoint(CheckpointMode::Truncate).busy) {  // it lets go, reads or no reads
    EXPECT_EQ(store.count<Topic>(), 1);
  }
}

TEST_P(HeldSlot, IsLeftForWhoeverOfThisProcessNeedsIt) {
  for (int i = 0; i < 20; ++i) {
    for (int read = 0; read < 300; ++read) EXPECT_EQ(store.count<Topic>(), i + 1);
    store.insert(Topic{.id = std::to_string(i)});
    for (int read = 0; read < 300; ++read) EXPECT_EQ(store.count<Topic>(), i + 2);
    EXPECT_FALSE(store.checkpoint(CheckpointMode::Truncate).busy);
  }
}

TEST_P(HeldSlot, ShowsWhatOthersCommitAtOnce) {
  for (int i = 1; i <= 200; ++i) {
    other.execute("UPDATE topics SET priority = " + std::to_string(i));
    for (int read = 0; read < 50; ++read) ASSERT_EQ(store.get_topic("t").value().priority, i);
  }
}

}  // namespace
}  // namespace pragmark

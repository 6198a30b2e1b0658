#include "pragmark/timing_vfs.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matchers.h"
#include "pragmark/connection.h"
#include "pragmark/counting_vfs.h"
#include "pragmark/error.h"
#include "temp_directory.h"

namespace pragmark {
namespace {

constexpr std::chrono::nanoseconds kNone{0};
constexpr std::chrono::milliseconds kDelay{2};

// Time that goes on by what is slept, and by a step with each look.
class TestTime {
 public:
  explicit TestTime(std::chrono::nanoseconds step = kNone) : step_(step) {}
  // REQUIRES: it outlives the VFS.
  [[nodiscard]] TimingVfs::Options options(const std::string& below = {}) {
    return {.below = below,
            .sync_delay = kDelay,
            .now = [this] { return now_ += step_; },
            .sleep = [this](std::chrono::microseconds time) { now_ += time; }};
  }

 private:
  std::chrono::nanoseconds step_;
  std::chrono::steady_clock::time_point now_{};
};

class TimingVfsTest : public testing::Test {
 protected:
  [[nodiscard]] Connection open(const std::string& set, const TimingVfs& vfs) const {
    const PragmaSet settings = PragmaSet::parse(set);
    return Connection::open({.path = directory_.file("a.db"),
                             .kind = ConnectionKind::SchemaCreation,
                             .set = &settings,
                             .vfs = vfs.name()});
  }
  static void make_table(Connection& connection) {
    connection.execute("CREATE TABLE t (x); INSERT INTO t VALUES (0);");
  }

  const TempDirectory directory_;
};

TEST_F(TimingVfsTest, TimesTheSyncsOfEachKindOfFile) {
  TestTime time;
  const TimingVfs vfs(time.options());
  Connection connection = open("default+journal_mode=WAL+synchronous=FULL", vfs);
  make_table(connection);
  const TimingCounts before = vfs.counts();
  connection.execute("INSERT INTO t VALUES (1)");
  const TimingCounts commit = vfs.counts() - before;
  EXPECT_EQ(commit.wal_sync_time, kDelay);
  EXPECT_EQ(commit.sync_time(), kDelay);
  static_cast<void>(connection.checkpoint(CheckpointMode::Passive));
  EXPECT_EQ((vfs.counts() - before).main_sync_time, kDelay);
}

TEST_F(TimingVfsTest, TimesTheSyncsOfARollbackJournal) {
  const CountingVfs counting;
  TestTime time;
  const TimingVfs vfs(time.options(counting.name()));
  Connection connection = open("default+journal_mode=DELETE+synchronous=FULL", vfs);
  make_table(connection);
  const IoCounts io = counting.counts();
  EXPECT_GT(io.at(FileRole::Journal).syncs, 0U);
  EXPECT_EQ(vfs.counts().other_sync_time, io.at(FileRole::Journal).syncs * kDelay);
  EXPECT_EQ(vfs.counts().main_sync_time, io.at(FileRole::Main).syncs * kDelay);
  EXPECT_EQ(vfs.counts().wal_sync_time, kNone);
}

// Whatever the real sync takes is timed too, not the delay alone.
TEST_F(TimingVfsTest, ASyncWithoutADelayIsTimedByTwoLooks) {
  TestTime time(std::chrono::nanoseconds(1));
  TimingVfs::Options options = time.options();
  options.sync_delay = {};
  const TimingVfs vfs(options);
  Connection connection = open("default+journal_mode=WAL+synchronous=FULL", vfs);
  make_table(connection);
  const TimingCounts before = vfs.counts();
  connection.execute("INSERT INTO t VALUES (1)");
  EXPECT_EQ((vfs.counts() - before).wal_sync_time, std::chrono::nanoseconds(1));
}

TEST_F(TimingVfsTest, CommitThatSyncsNothingTakesNoSyncTime) {
  const TimingVfs vfs({});
  Connection connection = open("default+journal_mode=WAL+synchronous=NORMAL", vfs);
  make_table(connection);
  const TimingCounts before = vfs.counts();
  connection.execute("INSERT INTO t VALUES (1)");
  EXPECT_EQ((vfs.counts() - before).sync_time(), kNone);
}

TEST_F(TimingVfsTest, DelayIsPartOfEverySync) {
  const CountingVfs counting;
  TestTime time;
  const TimingVfs vfs(time.options(counting.name()));
  Connection connection = open("default+journal_mode=WAL+synchronous=FULL", vfs);
  make_table(connection);
  EXPECT_GT(counting.counts().syncs(), 1U);
  EXPECT_EQ(vfs.counts().sync_delays, counting.counts().syncs());
  EXPECT_EQ(vfs.counts().sync_time(), counting.counts().syncs() * kDelay);
}

TEST_F(TimingVfsTest, CheckpointIsOneSpanWithItsSyncs) {
  const CountingVfs counting;
  TestTime time;
  const TimingVfs vfs(time.options(counting.name()));
  Connection connection = open("default+journal_mode=WAL+synchronous=NORMAL", vfs);
  make_table(connection);
  const std::uint64_t before = counting.counts().syncs();
  static_cast<void>(connection.checkpoint(CheckpointMode::Passive));
  ASSERT_EQ(counting.counts().syncs() - before, 2U);  // of the WAL and of the database
  const std::vector<CheckpointSpan> spans = vfs.longest_checkpoints();
  ASSERT_EQ(spans.size(), counting.counts().checkpoints);
  EXPECT_EQ(spans.back().took, 2 * kDelay);
}

TEST_F(TimingVfsTest, CheckpointWithoutSyncsIsASpanToo) {
  const TimingVfs vfs({});
  Connection connection = open("default+journal_mode=WAL+synchronous=OFF", vfs);
  make_table(connection);
  static_cast<void>(connection.checkpoint(CheckpointMode::Passive));
  EXPECT_EQ(vfs.longest_checkpoints().size(), 1U);
  static_cast<void>(connection.checkpoint(CheckpointMode::Passive));  // nothing to copy
  EXPECT_EQ(vfs.longest_checkpoints().size(), 1U);
}

TEST_F(TimingVfsTest, KeepsNoMoreSpansThanItSays) {
  const TimingVfs vfs({});
  Connection connection = open("default+journal_mode=WAL+synchronous=OFF", vfs);
  make_table(connection);
  for (std::size_t i = 0; i < TimingVfs::kMostCheckpoints + 10; ++i) {
    connection.execute("UPDATE t SET x = x + 1");
    static_cast<void>(connection.checkpoint(CheckpointMode::Passive));
  }
  const std::vector<CheckpointSpan> spans = vfs.longest_checkpoints();
  EXPECT_EQ(spans.size(), TimingVfs::kMostCheckpoints);
  EXPECT_TRUE(std::ranges::is_sorted(spans, {}, &CheckpointSpan::begin));
}

TEST_F(TimingVfsTest, WaitingForALockIsCounted) {
  TestTime time(std::chrono::milliseconds(1));
  const TimingVfs vfs(time.options());
  Connection holder = open("default+journal_mode=WAL", vfs);
  make_table(holder);
  Connection waiter = open("default+journal_mode=WAL+busy_timeout=20", vfs);
  EXPECT_EQ(vfs.counts().lock_waits, 0U);
  const Transaction transaction(holder);
  EXPECT_THROW(Transaction(waiter).commit(), Error);
  EXPECT_GT(vfs.counts().lock_waits, 0U);
  EXPECT_EQ(vfs.counts().lock_wait_time, vfs.counts().lock_waits * std::chrono::milliseconds(1));
}

}  // namespace
}  // namespace pragmark

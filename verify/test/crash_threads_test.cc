// What several threads do on a disk in memory: its locks, and the workload whose strategy commits
// on a thread of its own.
#include <thread>

#include <gtest/gtest.h>

#include "crash/memory_vfs.h"
#include "crash/recording.h"
#include "crash/workload.h"
#include "crash_runs.h"

namespace pragmark::crash {
namespace {

using Kind = OperationKind;

OperationLog recorded(const std::string& name, const PragmaSet& set, int transactions) {
  const auto workload = make_workload(name, {.set = set, .transactions = transactions});
  return record(*workload, {});
}

// What shares a transaction must not depend on which thread was faster.
TEST(GroupCommitWorkload, IsRecordedAlikeWhicheverThreadIsFaster) {
  const OperationLog first = recorded("store-group-commit", set_of("WAL", "FULL"), 20);
  for (int again = 0; again < 5; ++again) {
    EXPECT_EQ(recorded("store-group-commit", set_of("WAL", "FULL"), 20).digest(), first.digest());
  }
}

TEST(GroupCommitWorkload, PutsSeveralOperationsIntoOneSync) {
  const OperationLog grouped = recorded("store-group-commit", set_of("WAL", "FULL"), 10);
  const OperationLog single = recorded("store-single-writer", set_of("WAL", "FULL"), 10);
  EXPECT_EQ(grouped.count(Kind::Acknowledge), 10U);
  EXPECT_EQ(single.count(Kind::Acknowledge), 10U);
  EXPECT_EQ(single.count(Kind::Sync) - grouped.count(Kind::Sync), 8U) << "10 syncs against 2";
}

TEST(MemoryDiskThreads, TwoWritersShareADatabase) {
  MemoryDisk disk;
  const MemoryVfs vfs(disk);
  const PragmaSet set = set_of("WAL", "FULL").with("busy_timeout", "60000");
  const auto open = [&] {
    return Connection::open(
        {.path = "a.db", .kind = ConnectionKind::SchemaCreation, .set = &set, .vfs = vfs.name()});
  };
  Connection first = open();
  first.execute("CREATE TABLE t(x)");
  constexpr int kRows = 20;
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 2; ++i) {
      writers.emplace_back([&] {
        Connection own = open();
        for (int row = 0; row < kRows; ++row) own.execute("INSERT INTO t VALUES (1)");
      });
    }
  }
  Statement count = first.prepare("SELECT count(*) FROM t");
  ASSERT_TRUE(count.step());
  EXPECT_EQ(count.integer(0), 2 * kRows);
}

}  // namespace
}  // namespace pragmark::crash

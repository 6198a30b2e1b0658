#include "pragmark/checkpoint_hook_vfs.h"

#include <string>

#include <gtest/gtest.h>

#include "pragmark/connection.h"
#include "pragmark/pragma_set.h"
#include "sql.h"
#include "temp_directory.h"

namespace pragmark {
namespace {

class CheckpointHook : public testing::Test {
 protected:
  [[nodiscard]] Connection open(ConnectionKind kind, const std::string& vfs) {
    return Connection::open(
        {.path = directory_.file("a.db"), .kind = kind, .set = &set_, .vfs = vfs});
  }

  TempDirectory directory_;
  PragmaSet set_ = PragmaSet::parse("production+mmap_size=0+wal_autocheckpoint=0");
  CheckpointHookVfs vfs_;
  Connection writer_ = open(ConnectionKind::SchemaCreation, "");
  Connection keeper_ = open(ConnectionKind::ReadWrite, vfs_.name());
};

TEST_F(CheckpointHook, ComesInsideACheckpointThatFindsANewHeaderAndOnlyOnce) {
  writer_.execute("CREATE TABLE t(a)");
  EXPECT_EQ(number(keeper_, "SELECT count(*) FROM t"), 0);
  writer_.execute("INSERT INTO t VALUES (1)");
  int calls = 0;
  bool checkpointing = false;
  vfs_.at_next_moment([&] {
    ++calls;
    // The lock of a checkpoint is taken: another one is refused.
    checkpointing = writer_.checkpoint(CheckpointMode::Passive).busy;
  });
  static_cast<void>(keeper_.checkpoint(CheckpointMode::Passive));
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(checkpointing);
  writer_.execute("INSERT INTO t VALUES (2)");
  static_cast<void>(keeper_.checkpoint(CheckpointMode::Passive));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(vfs_.moments(), 2U);
}

TEST_F(CheckpointHook, DoesNotComeWhenTheHeaderIsTheOneThatTheConnectionKnows) {
  keeper_.execute("CREATE TABLE t(a)");
  const std::uint64_t moments = vfs_.moments();
  int calls = 0;
  vfs_.at_next_moment([&] { ++calls; });
  static_cast<void>(keeper_.checkpoint(CheckpointMode::Passive));
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(vfs_.moments(), moments);
}

TEST_F(CheckpointHook, CanBeWithdrawn) {
  writer_.execute("CREATE TABLE t(a)");
  int calls = 0;
  vfs_.at_next_moment([&] { ++calls; });
  vfs_.at_next_moment({});
  static_cast<void>(keeper_.checkpoint(CheckpointMode::Passive));
  EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace pragmark

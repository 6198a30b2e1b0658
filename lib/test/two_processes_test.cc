// Two processes on one file, with the coalescing layer in one of them or in both: what either
// commits, the other sees, whoever checkpoints.
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "child_process.h"
#include "pragmark/coalescing_vfs.h"
#include "pragmark/store.h"
#include "sql.h"
#include "temp_directory.h"

namespace pragmark {
namespace {

using ::testing::IsEmpty;

constexpr int kTurns = 60;
constexpr int kTransactions = 150;  // of each process
constexpr CheckpointMode kModes[] = {CheckpointMode::Passive, CheckpointMode::Full,
                                     CheckpointMode::Restart, CheckpointMode::Truncate};

// A connection of one process.
class Side {
 public:
  Side(const std::string& path, const char* set, bool layered) : set_(PragmaSet::parse(set)) {
    if (layered) layer_.emplace();
    connection_ = Connection::open(
        {.path = path, .set = &set_, .vfs = layered ? layer_->name() : std::string()});
  }

  [[nodiscard]] Connection& connection() { return *connection_; }
  void add(int who, int rows) {
    Transaction transaction(*connection_);
    connection_->execute("UPDATE counter SET n = n + " + std::to_string(rows));
    for (int i = 0; i < rows; ++i) {
      connection_->execute("INSERT INTO t VALUES (" + std::to_string(who) + ", randomblob(300))");
    }
    transaction.commit();
  }
  // Spills, and leaves nothing.
  void try_in_vain() {
    connection_->execute("BEGIN IMMEDIATE; UPDATE t SET y = randomblob(310); ROLLBACK;");
  }

 private:
  PragmaSet set_;
  std::optional<CoalescingVfs> layer_;
  std::optional<Connection> connection_;
};

void create(const std::string& path, const char* set_name) {
  const PragmaSet set = PragmaSet::parse(set_name);
  Connection::open({.path = path, .kind = ConnectionKind::SchemaCreation, .set = &set})
      .execute("CREATE TABLE t (who, y); CREATE INDEX by_who ON t (who);"
               "CREATE TABLE counter (n); INSERT INTO counter VALUES (0);");
}

class TwoProcesses : public ::testing::TestWithParam<std::tuple<const char*, bool>> {
 protected:
  [[nodiscard]] static const char* set() { return std::get<0>(GetParam()); }
  [[nodiscard]] static bool both_layered() { return std::get<1>(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(
    SetsAndLayers, TwoProcesses,
    ::testing::Combine(::testing::Values("production+wal_autocheckpoint=40",
                                         "production+page_size=1024+cache_size=8",
                                         "durable+page_size=512+wal_autocheckpoint=10"),
                       ::testing::Bool()));

TEST_P(TwoProcesses, TakeTurns) {
  const TempDirectory directory;
  const std::string path = directory.file("a.db");
  create(path, set());
  ChildProcess child([&](const Channel& parent) {
    Side side(path, set(), both_layered());
    for (std::int64_t expected = 0; parent.receive(expected);) {
      if (number(side.connection(), "SELECT n FROM counter") != expected) _exit(2);
      if (number(side.connection(), "SELECT count(*) FROM t") != expected) _exit(2);
      side.try_in_vain();
      side.add(1, 1);
      if (expected % 5 == 0) static_cast<void>(side.connection().checkpoint(kModes[expected % 4]));
      parent.send(expected + 1);
    }
  });
  {
    Side side(path, set(), true);
    std::int64_t rows = 0;
    for (int turn = 0; turn < kTurns; ++turn) {
      const int added = turn % 7 + 1;
      side.add(0, added);
      side.try_in_vain();
      rows += added;
      child.channel().send(rows);
      std::int64_t reported = 0;
      ASSERT_TRUE(child.channel().receive(reported)) << "the child saw something else";
      ASSERT_EQ(reported, ++rows);
      ASSERT_EQ(number(side.connection(), "SELECT n FROM counter"), rows);
      ASSERT_EQ(number(side.connection(), "SELECT count(*) FROM t"), rows);
      if (turn % 9 == 0) {
        EXPECT_FALSE(side.connection().checkpoint(kModes[turn / 9 % 4]).busy);
      }
    }
  }
  EXPECT_THAT(damage(path), IsEmpty());
}

void write_at_full_load(Side& side, int who) {
  for (int i = 0; i < kTransactions; ++i) {
    side.add(who, i % 4 + 1);
    if (i % 10 == 0) side.try_in_vain();
  }
}

TEST_P(TwoProcesses, WriteAtTheSameTime) {
  const TempDirectory directory;
  const std::string path = directory.file("a.db");
  create(path, set());
  ChildProcess child([&](const Channel& parent) {
    Side side(path, set(), both_layered());
    parent.send('r');  // ready
    write_at_full_load(side, 1);
  });
  char ready = 0;
  ASSERT_TRUE(child.channel().receive(ready));
  Side side(path, set(), true);
  write_at_full_load(side, 0);
  EXPECT_EQ(child.wait(), 0);
  const std::int64_t of_each = number(side.connection(), "SELECT count(*) FROM t WHERE who = 0");
  EXPECT_EQ(number(side.connection(), "SELECT count(*) FROM t WHERE who = 1"), of_each);
  EXPECT_EQ(number(side.connection(), "SELECT n FROM counter"), 2 * of_each);
  EXPECT_THAT(damage(path), IsEmpty());
}

// The strategies that hold a read slot or checkpoint in the background must not keep another
// process from its own checkpoints, which would let the WAL grow for ever.
class Neighbour : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Strategies, Neighbour,
                         ::testing::Values("group-commit", "single-writer",
                                           "single-writer+checkpoints=background"));

TEST_P(Neighbour, CheckpointsWhileThisProcessReads) {
  constexpr int kTries = 10'000;
  const TempDirectory directory;
  const std::string path = directory.file("a.db");
  { const Store create({.path = path}); }
  ChildProcess child([&](const Channel& parent) {
    Store store({.path = path, .strategy = GetParam()});
    store.insert(Topic{.id = "t"});
    std::int64_t topics = 0;
    parent.send(topics);
    for (std::int64_t before = 0; topics < 50; before = topics) {
      topics = store.count<Topic>();
      if (topics != before) parent.send(topics);  // seen
    }
    for (char end = 0; parent.receive(end);) {
    }
  });
  std::int64_t seen = 0;
  ASSERT_TRUE(child.channel().receive(seen));
  const PragmaSet set = PragmaSet::parse("production+wal_autocheckpoint=0");
  Connection neighbour = Connection::open({.path = path, .set = &set});
  for (int i = 1; i < 50; ++i) {
    neighbour.execute("INSERT INTO topics VALUES (" + std::to_string(i) +
                      ", '', '', '', 0, '', '', NULL, 0, 0)");
    while (seen < i + 1) ASSERT_TRUE(child.channel().receive(seen));
    int tries = 0;
    while (neighbour.checkpoint(CheckpointMode::Truncate).busy && tries < kTries) ++tries;
    ASSERT_LT(tries, kTries);
  }
  EXPECT_THAT(damage(path), IsEmpty());
}

}  // namespace
}  // namespace pragmark

// Transactions that outgrow the page cache: frames are kept before the commit, pages are written a
// second time, whole parts are undone, and another connection goes on where the layer left off.
#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "pragmark/coalescing_vfs.h"
#include "pragmark/counting_vfs.h"
#include "sql.h"
#include "temp_directory.h"

namespace pragmark {
namespace {

using ::testing::IsEmpty;

// A cache of five small pages: nearly every statement spills.
const char* const kSpilling = "production+page_size=1024+cache_size=5+wal_autocheckpoint=0";

class Spilling : public ::testing::Test {
 protected:
  Spilling() { layered.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x UNIQUE, y)"); }

  [[nodiscard]] Connection open(const std::string& vfs) const {
    return Connection::open(
        {.path = path, .kind = ConnectionKind::SchemaCreation, .set = &set, .vfs = vfs});
  }
  static std::string rows(int first, int last) {
    return "WITH RECURSIVE n(i) AS (SELECT " + std::to_string(first) +
           " UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(last) +
           ") INSERT INTO t SELECT i, 'x' || i, randomblob(500) FROM n; ";
  }
  // What another connection commits next must not be overwritten by what the layer kept.
  void expect_that_others_go_on(std::int64_t rows_now) {
    for (int i = 0; i < 5; ++i) {
      Connection& writer = i % 2 == 0 ? plain : layered;
      writer.execute("INSERT INTO t VALUES (" + std::to_string(100'000 + i) + ", 'other', 1)");
      EXPECT_EQ(number(plain, "SELECT count(*) FROM t"), rows_now + 1);
      EXPECT_EQ(number(layered, "SELECT count(*) FROM t"), rows_now + 1);
      writer.execute("DELETE FROM t WHERE x = 'other'");
    }
    EXPECT_THAT(damage(path), IsEmpty());
    EXPECT_FALSE(plain.checkpoint(CheckpointMode::Truncate).busy);
    EXPECT_THAT(damage(path), IsEmpty());
    EXPECT_EQ(number(layered, "SELECT count(*) FROM t"), rows_now);
  }

  const TempDirectory directory;
  const std::string path = directory.file("a.db");
  const PragmaSet set = PragmaSet::parse(kSpilling);
  const CountingVfs counting;
  const CoalescingVfs coalescing{counting.name()};
  Connection layered = open(coalescing.name());
  Connection plain = open("");
};

TEST_F(Spilling, ALargeTransactionCommits) {
  for (const int last : {50, 300, 1200}) {  // of about 50,000, 300,000, 1,200,000 bytes
    layered.execute("DELETE FROM t");
    const std::uint64_t before = counting.counts().at(FileRole::Wal).writes;
    layered.execute("BEGIN IMMEDIATE; " + rows(1, last));
    layered.execute("UPDATE t SET y = randomblob(500) WHERE id % 3 = 0");
    EXPECT_GT(counting.counts().at(FileRole::Wal).writes, before) << "this spills";
    EXPECT_EQ(number(plain, "SELECT count(*) FROM t"), 0) << "not committed yet";
    layered.execute("COMMIT");
    expect_that_others_go_on(last);
  }
}

TEST_F(Spilling, ALargeTransactionIsRolledBack) {
  plain.execute(rows(1, 100));
  const std::string content = text(plain, "SELECT hex(y) FROM t ORDER BY id");
  for (const int last : {150, 400, 1300}) {
    layered.execute("BEGIN IMMEDIATE; " + rows(101, last));
    layered.execute("UPDATE t SET y = randomblob(600) WHERE id % 3 = 0; DELETE FROM t WHERE id<9;");
    layered.execute("ROLLBACK");
    EXPECT_EQ(text(layered, "SELECT hex(y) FROM t ORDER BY id"), content);
    expect_that_others_go_on(100);
    EXPECT_EQ(text(plain, "SELECT hex(y) FROM t ORDER BY id"), content);
  }
}

TEST_F(Spilling, APartIsRolledBack) {
  for (const int last : {50, 300}) {
    layered.execute("DELETE FROM t; BEGIN IMMEDIATE; " + rows(1, last) + "SAVEPOINT part;");
    layered.execute("UPDATE t SET y = randomblob(700); " + rows(last + 1, 2 * last));
    layered.execute("ROLLBACK TO part; " + rows(2 * last + 1, 2 * last + 20) + "COMMIT;");
    EXPECT_EQ(number(plain, "SELECT count(*) FROM t"), last + 20);
    EXPECT_EQ(number(plain, "SELECT sum(length(y)) FROM t"), (last + 20) * 500);
    expect_that_others_go_on(last + 20);
  }
}

TEST_F(Spilling, AConnectionThatClosesAmidATransactionLeavesNothing) {
  layered.execute(rows(1, 10));
  for (const int last : {60, 900}) {
    {
      Connection closing = open(coalescing.name());
      closing.execute("BEGIN IMMEDIATE; " + rows(11, last));
    }
    expect_that_others_go_on(10);
  }
}

TEST_F(Spilling, TheWalBeginsAnewBetweenItsCommits) {
  for (int i = 0; i < 40; ++i) {
    layered.execute(rows(i * 10, i * 10 + 9));
    const CheckpointMode mode = i % 2 == 0 ? CheckpointMode::Restart : CheckpointMode::Truncate;
    Connection& checkpointer = i % 3 == 0 ? layered : plain;
    EXPECT_FALSE(checkpointer.checkpoint(mode).busy);
    plain.execute("UPDATE t SET y = randomblob(10) WHERE id = " + std::to_string(i * 10));
  }
  expect_that_others_go_on(400);
}

// The same random history on two databases, one of them through the layer; both are also written by
// a plain connection in between. Every statement must have the same effect, every commit be seen.
class History {
 public:
  explicit History(unsigned seed) : random_(seed) {
    for (const Side* side : {&direct_, &layered_}) {
      Connection::open({.path = side->path, .kind = ConnectionKind::SchemaCreation, .set = &set_})
          .execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x UNIQUE, y)");
    }
    reopen();
  }

  void step() {
    switch (below(12)) {
      case 0: checkpoint(); break;
      case 1: others_commit(); break;
      case 2: reopen(); break;
      default: transaction(); break;
    }
    const std::string expected = content(direct_.other);
    ASSERT_EQ(content(layered_.other), expected);
    ASSERT_EQ(content(layered_.mine), expected);
  }

  void check() const {
    EXPECT_THAT(damage(layered_.path), IsEmpty());
    EXPECT_THAT(damage(direct_.path), IsEmpty());
  }

 private:
  struct Side {
    std::string path;
    std::string vfs;
    std::optional<Connection> mine = {};
    std::optional<Connection> other = {};
  };

  int below(int end) { return std::uniform_int_distribution<int>(0, end - 1)(random_); }

  static std::string content(std::optional<Connection>& connection) {
    return text(*connection, "SELECT id || ' ' || x || ' ' || length(y) || hex(substr(y, -4)) "
                             "FROM t ORDER BY id");
  }

  void both(const std::string& sql) {
    const auto run = [&](Side& side) {
      return sqlite3_exec(side.mine->handle(), sql.c_str(), nullptr, nullptr, nullptr);
    };
    ASSERT_EQ(run(layered_), run(direct_)) << sql;
  }

  // A blob that ends in a number, so that its content can be told by its end.
  std::string blob() {
    const int bytes = below(10) == 0 ? 20'000 : 400;
    const std::string end = std::to_string(1000 + below(9000));
    return "CAST(zeroblob(" + std::to_string(bytes) + ") || '" + end + "' AS BLOB)";
  }

  std::string statement() {
    const std::string id = std::to_string(below(120));
    const std::string last = std::to_string(below(40));
    switch (below(6)) {
      case 0: return "DELETE FROM t WHERE id = " + id;
      case 1: return "UPDATE t SET y = " + blob() + " WHERE id BETWEEN " + last + " AND " + id;
      case 2:  // fails in the middle now and then: a statement journal
        return "UPDATE t SET x = x + " + last + " WHERE id < " + id;
      case 3: return "INSERT INTO t SELECT id + 120, x + 100000, y FROM t WHERE id < " + last;
      case 4: return "DELETE FROM t WHERE id >= 120";
      default: return "INSERT INTO t VALUES (" + id + ", " + id + " * 7, " + blob() + ")";
    }
  }

  void transaction() {
    both("BEGIN IMMEDIATE");
    const int statements = below(8);
    for (int i = 0; i < statements; ++i) {
      if (below(4) == 0) both("SAVEPOINT s");
      both(statement());
      if (below(4) == 0) both("ROLLBACK TO s");  // an error where there is none, on both sides
      if (below(6) == 0) both("RELEASE s");
    }
    both(below(4) == 0 ? "ROLLBACK" : "COMMIT");
  }

  void others_commit() {
    const std::string sql = "INSERT OR REPLACE INTO t VALUES (500, 'other', " + blob() + ")";
    for (Side* side : {&direct_, &layered_}) side->other->execute(sql);
  }

  void checkpoint() {
    const auto mode = static_cast<CheckpointMode>(below(4));
    const bool by_other = below(2) == 0;
    for (Side* side : {&direct_, &layered_}) {
      EXPECT_FALSE((by_other ? side->other : side->mine)->checkpoint(mode).busy);
    }
  }

  void reopen() {
    for (Side* side : {&direct_, &layered_}) {
      side->other.reset();
      side->mine = Connection::open({.path = side->path, .set = &set_, .vfs = side->vfs});
      side->other = Connection::open({.path = side->path, .set = &set_});
    }
  }

  std::mt19937 random_;
  const TempDirectory directory_;
  const PragmaSet set_ = PragmaSet::parse(kSpilling);
  const CoalescingVfs coalescing_;
  Side direct_{.path = directory_.file("direct.db"), .vfs = ""};
  Side layered_{.path = directory_.file("layered.db"), .vfs = coalescing_.name()};
};

class SeededHistory : public ::testing::TestWithParam<unsigned> {};

INSTANTIATE_TEST_SUITE_P(Seeds, SeededHistory, ::testing::Range(1U, 9U));

TEST_P(SeededHistory, IsTheSameWithAndWithoutTheLayer) {
  History history(GetParam());
  for (int i = 0; i < 300; ++i) {
    history.step();
    ASSERT_FALSE(HasFatalFailure()) << "step " << i;
    if (i % 20 == 0) history.check();
  }
  history.check();
}

}  // namespace
}  // namespace pragmark

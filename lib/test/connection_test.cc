#include "pragmark/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "matchers.h"
#include "pragmark/error.h"
#include "temp_directory.h"

namespace pragmark {
namespace {

using ::testing::AllOf;
using ::testing::Throws;

Connection create(const std::string& path, const PragmaSet& set) {
  return Connection::open({.path = path, .kind = ConnectionKind::SchemaCreation, .set = &set});
}

std::int64_t number(Connection& connection, const std::string& sql) {
  Statement statement = connection.prepare(sql);
  return statement.step() ? statement.integer(0) : -1;
}

TEST(Connection, FailsClosedWhenASettingCannotTakeHold) {
  const TempDirectory directory;
  const std::string path = directory.file("a.db");
  const PragmaSet production = PragmaSet::parse("production");
  create(path, production).execute("CREATE TABLE t (x)");
  const PragmaSet larger = PragmaSet::parse("production+page_size=8192");
  EXPECT_THAT([&] { (void)Connection::open({.path = path, .set = &larger}); },
              Throws<Error>(AllOf(KindIs(ErrorKind::Setting),
                                  MessageHas("page_size: asked 8192, SQLite reports 4096"),
                                  MessageHas("fixed when the database is created"))));
  const PragmaSet threads = PragmaSet::parse("production+threads=1000");
  EXPECT_THAT([&] { (void)Connection::open({.path = path, .set = &threads}); },
              Throws<Error>(AllOf(KindIs(ErrorKind::Setting), MessageHas("asked 1000"))));
}

TEST(Connection, SaysWhyItCannotOpen) {
  const TempDirectory directory;
  EXPECT_THAT([&] { (void)Connection::open({.path = directory.file("no/such.db")}); },
              Throws<Error>(AllOf(KindIs(ErrorKind::Environment), MessageHas("no/such.db"))));
  write_text(directory.file("text.db"), std::string(5000, 'x'));
  const PragmaSet set = PragmaSet::parse("production");
  EXPECT_THAT(
      [&] { (void)Connection::open({.path = directory.file("text.db"), .set = &set}); },
      Throws<Error>(AllOf(CodeIs(SQLITE_NOTADB), MessageHas("is this an SQLite database"))));
}

TEST(Connection, AReadOnlyConnectionCannotWrite) {
  const TempDirectory directory;
  const PragmaSet set = PragmaSet::parse("production");
  Connection writer = create(directory.file("a.db"), set);
  writer.execute("CREATE TABLE t (x)");
  Connection reader = Connection::open(
      {.path = directory.file("a.db"), .kind = ConnectionKind::ReadOnly, .set = &set});
  EXPECT_THAT([&] { reader.execute("INSERT INTO t VALUES (1)"); },
              Throws<Error>(CodeIs(SQLITE_READONLY)));
}

TEST(Statement, BindsAndReadsEveryKindOfValue) {
  Connection connection = Connection::open({.path = ":memory:", .kind = ConnectionKind::InMemory});
  Statement statement = connection.prepare("SELECT ?1, ?2, ?3, ?4, typeof(?4)");
  const std::string with_nul("a\0b", 3);
  statement.bind(1, std::string_view(with_nul));
  statement.bind(2, std::int64_t{-9'000'000'000'000});
  statement.bind_null(3);
  statement.bind(4, std::string_view());
  ASSERT_TRUE(statement.step());
  EXPECT_EQ(statement.text(0), with_nul);
  EXPECT_EQ(statement.integer(1), -9'000'000'000'000);
  EXPECT_TRUE(statement.is_null(2));
  EXPECT_EQ(statement.text(4), "text") << "an empty text is not NULL";
  EXPECT_FALSE(statement.step());
}

TEST(StatementDeathTest, OnePrepareTakesOneStatement) {
  Connection connection = Connection::open({.path = ":memory:", .kind = ConnectionKind::InMemory});
  EXPECT_DEATH((void)connection.prepare("SELECT 1; SELECT 2"), "broken contract");
}

TEST(Statement, ErrorsNameTheSqlAndTheExtendedCode) {
  Connection connection = Connection::open({.path = ":memory:", .kind = ConnectionKind::InMemory});
  connection.execute("CREATE TABLE t (x UNIQUE); INSERT INTO t VALUES (1);");
  Statement insert = connection.prepare("INSERT INTO t VALUES (1)");
  EXPECT_THAT([&] { insert.run(); },
              Throws<Error>(AllOf(CodeIs(SQLITE_CONSTRAINT_UNIQUE), MessageHas("use upsert"),
                                  ::testing::Property(&Error::sql, "INSERT INTO t VALUES (1)"),
                                  ::testing::Property(&Error::path, ":memory:"))));
  EXPECT_THAT([&] { (void)connection.prepare("SELEC 1"); },
              Throws<Error>(AllOf(CodeIs(SQLITE_ERROR), MessageHas("syntax error"))));
}

TEST(Transaction, RollsBackUnlessCommitted) {
  const TempDirectory directory;
  Connection connection = create(directory.file("a.db"), PragmaSet::parse("production"));
  connection.execute("CREATE TABLE t (x)");
  {
    const Transaction transaction(connection);
    connection.execute("INSERT INTO t VALUES (1)");
  }
  EXPECT_EQ(number(connection, "SELECT count(*) FROM t"), 0);
  Transaction transaction(connection);
  connection.execute("INSERT INTO t VALUES (1)");
  transaction.commit();
  EXPECT_EQ(transaction.state(), Transaction::State::Committed);
  EXPECT_EQ(number(connection, "SELECT count(*) FROM t"), 1);
}

TEST(Transaction, TakesTheWriteLockAtOnce) {
  const TempDirectory directory;
  const PragmaSet set = PragmaSet::parse("production+busy_timeout=0");
  Connection first = create(directory.file("a.db"), set);
  first.execute("CREATE TABLE t (x)");
  Connection second = create(directory.file("a.db"), set);
  const Transaction holds(first);
  EXPECT_THAT([&] { const Transaction waits(second); },
              Throws<Error>(::testing::Property(&Error::contention, Contention::Busy)));
}

TEST(Error, TellsTheFourContentionsApart) {
  const auto contention = [](int code) {
    return Error::sqlite(nullptr, code, "x", "", "y").contention();
  };
  EXPECT_EQ(contention(SQLITE_BUSY), Contention::Busy);
  EXPECT_EQ(contention(SQLITE_BUSY_SNAPSHOT), Contention::BusySnapshot);
  EXPECT_EQ(contention(SQLITE_BUSY_RECOVERY), Contention::BusyRecovery);
  EXPECT_EQ(contention(SQLITE_LOCKED), Contention::Locked);
  EXPECT_EQ(contention(SQLITE_LOCKED_SHAREDCACHE), Contention::Locked);
  EXPECT_EQ(contention(SQLITE_FULL), Contention::None);
}

TEST(Error, ADeferredUpgradeIsBusySnapshotWhateverTheTimeout) {
  const TempDirectory directory;
  const PragmaSet set = PragmaSet::parse("production");
  Connection first = create(directory.file("a.db"), set);
  first.execute("CREATE TABLE t (x)");
  Connection second = create(directory.file("a.db"), set);
  second.execute("BEGIN; SELECT * FROM t;");
  first.execute("INSERT INTO t VALUES (1)");
  EXPECT_THAT([&] { second.execute("INSERT INTO t VALUES (2)"); },
              Throws<Error>(AllOf(CodeIs(SQLITE_BUSY_SNAPSHOT), MessageHas("BEGIN IMMEDIATE"))));
}

TEST(Checkpoint, AReaderInTheWayIsAValueAndNotAnError) {
  const TempDirectory directory;
  const PragmaSet set = PragmaSet::parse("production+busy_timeout=0");
  Connection writer = create(directory.file("a.db"), set);
  writer.execute("CREATE TABLE t (x)");
  Connection reader = create(directory.file("a.db"), set);
  reader.execute("BEGIN; SELECT * FROM t;");
  writer.execute("INSERT INTO t VALUES (1)");
  const CheckpointResult blocked = writer.checkpoint(CheckpointMode::Truncate);
  EXPECT_TRUE(blocked.busy);
  EXPECT_LT(blocked.frames_checkpointed, blocked.frames_in_wal);
  reader.execute("COMMIT");
  const CheckpointResult free = writer.checkpoint(CheckpointMode::Truncate);
  EXPECT_FALSE(free.busy);
  EXPECT_EQ(std::filesystem::file_size(directory.file("a.db-wal")), 0U);
}

TEST(Checkpoint, SaysWhenThereIsNoWal) {
  const TempDirectory directory;
  Connection connection = create(directory.file("a.db"), PragmaSet::parse("default"));
  EXPECT_EQ(connection.checkpoint(CheckpointMode::Passive).frames_in_wal, -1);
  EXPECT_EQ(connection.checkpoint_state().frames_in_wal, -1);
}

}  // namespace
}  // namespace pragmark

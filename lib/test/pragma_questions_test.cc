// The PRAGMAs that are questions and commands, each behind a function of its own.
#include <algorithm>
#include <cstdint>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matchers.h"
#include "pragmark/connection.h"
#include "pragmark/pragma.h"
#include "temp_directory.h"

namespace pragmark {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(IntegrityCheck, IsEmptyOnACleanDatabaseAndNamesADamage) {
  const TempDirectory directory;
  const std::string path = directory.file("a.db");
  {
    Connection connection =
        Connection::open({.path = path, .kind = ConnectionKind::SchemaCreation});
    connection.execute(
        "CREATE TABLE t (x); CREATE INDEX i ON t (x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
        "SELECT i + 1 FROM n WHERE i < 500) INSERT INTO t SELECT i FROM n;"
        "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'i';");
    EXPECT_THAT(integrity_check(connection.handle()), IsEmpty());
  }
  // The index's pages are now used by nothing.
  Connection connection = Connection::open({.path = path});
  EXPECT_THAT(integrity_check(connection.handle()), ::testing::Contains(HasSubstr("never used")));
  EXPECT_THAT(quick_check(connection.handle()), ::testing::Contains(HasSubstr("never used")));
}

TEST(QuickCheck, KeepsWhatItFoundBeforeDamageEndedIt) {
  const TempDirectory directory;
  const std::string path = directory.file("a.db");
  Connection::open({.path = path, .kind = ConnectionKind::SchemaCreation})
      .execute("CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(2000)), (zeroblob(2000)),"
               "(zeroblob(2000)), (zeroblob(2000));");
  Connection connection = Connection::open({.path = path});
  EXPECT_THAT(quick_check(connection.handle()), IsEmpty());
  std::string bytes = read_bytes(path);
  // Page 4, a leaf: reading its rows is an error.
  std::fill(bytes.end() - 4096, bytes.end(), '\xff');
  write_text(path, bytes);
  EXPECT_THAT(quick_check(Connection::open({.path = path}).handle()),
              ::testing::Contains(::testing::ContainsRegex("[Pp]age 4")));
}

TEST(IncrementalVacuum, GivesBackEveryFreedPageOfADatabaseThatKeepsThem) {
  for (const bool incremental : {true, false}) {
    const PragmaSet set =
        PragmaSet::parse(incremental ? "default+auto_vacuum=INCREMENTAL" : "default");
    Connection connection =
        Connection::open({.path = ":memory:", .kind = ConnectionKind::InMemory, .set = &set});
    const std::int64_t empty = read_page_count(connection.handle());
    connection.execute(
        "CREATE TABLE t (x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
        "SELECT i + 1 FROM n WHERE i < 20) INSERT INTO t SELECT zeroblob(4000) FROM n;"
        "DROP TABLE t");
    const std::int64_t freed = read_page_count(connection.handle());
    EXPECT_GE(freed, empty + 20);
    incremental_vacuum(connection.handle());
    const std::int64_t left = read_page_count(connection.handle());
    EXPECT_EQ(left, incremental ? 1 : freed);
  }
}

TEST(ForeignKeyCheck, NamesTheOrphan) {
  Connection connection = Connection::open({.path = ":memory:", .kind = ConnectionKind::InMemory});
  connection.execute("CREATE TABLE p (id INTEGER PRIMARY KEY);"
                     "CREATE TABLE c (p REFERENCES p (id));");
  EXPECT_THAT(foreign_key_check(connection.handle()), IsEmpty());
  connection.execute("INSERT INTO c VALUES (7)");
  EXPECT_THAT(foreign_key_check(connection.handle()),
              ::testing::ElementsAre("c row 1 refers to a row that p does not have"));
}

}  // namespace
}  // namespace pragmark

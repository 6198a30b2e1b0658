#include "pragmark/schema.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../src/queries.h"
#include "matchers.h"
#include "pragmark/store.h"
#include "temp_directory.h"

namespace pragmark {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Throws;

Connection empty_database() {
  return Connection::open({.path = ":memory:", .kind = ConnectionKind::InMemory});
}

Connection database() {
  Connection connection = empty_database();
  create_schema(connection);
  return connection;
}

template <Record T>
std::set<std::string> fields() {
  std::set<std::string> names;
  T row{};
  RecordTraits<T>::for_each_field(row, [&](std::string_view name, auto&) { names.emplace(name); });
  return names;
}

std::set<std::string> column_names(Connection& connection, std::string_view table) {
  std::set<std::string> names;
  Statement rows = connection.prepare("SELECT name FROM pragma_table_info(?1)");
  rows.bind(1, table);
  while (rows.step()) names.emplace(rows.text(0));
  names.erase("row_number");
  return names;
}

TEST(Schema, TablesAndRecordsAgree) {
  Connection connection = database();
  EXPECT_EQ(column_names(connection, "documents"), fields<Document>());
  EXPECT_EQ(column_names(connection, "topics"), fields<Topic>());
  EXPECT_EQ(column_names(connection, "blog_posts"), fields<BlogPost>());
  EXPECT_EQ(column_names(connection, "social_posts"), fields<SocialPost>());
}

std::string plan(Connection& connection, std::string_view sql) {
  std::string text;
  Statement rows = connection.prepare("EXPLAIN QUERY PLAN " + std::string(sql));
  while (rows.step()) text += std::string(rows.text(3)) + "\n";
  return text;
}

// Indexes that the reads need, and no other: each read uses its index, and each index is used.
TEST(Schema, EveryReadUsesAnIndexAndEveryIndexIsUsed) {
  Connection connection = database();
  std::string plans;
  for (std::size_t list = 0; list < queries::kLists; ++list) {
    for (const Order order : {Order::NewestFirst, Order::OldestFirst}) {
      const auto which = static_cast<queries::List>(list);
      const std::string steps = plan(connection, queries::list(which, order).sql);
      EXPECT_THAT(steps, Not(HasSubstr("SCAN "))) << steps;
      if (which != queries::List::ContentHistory) {  // a union has to be sorted
        EXPECT_THAT(steps, Not(HasSubstr("TEMP B-TREE"))) << steps;
      }
      plans += steps;
    }
  }
  for (const queries::Query& query : {queries::duplicate_by_hash(), queries::cached_research()}) {
    const std::string steps = plan(connection, query.sql);
    EXPECT_THAT(steps, AllOf(Not(HasSubstr("SCAN ")), Not(HasSubstr("TEMP B-TREE"))));
    plans += steps;
  }
  Statement indexes =
      connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL");
  int count = 0;
  while (indexes.step()) {
    EXPECT_THAT(plans, HasSubstr("INDEX " + std::string(indexes.text(0)) + " "));
    ++count;
  }
  EXPECT_EQ(count, 7);
}

TEST(Schema, CreatingItTwiceChangesNothing) {
  Connection connection = database();
  connection.execute("INSERT INTO topics VALUES ('a','','','',0,'','',NULL,0,0)");
  create_schema(connection);
  Statement count = connection.prepare("SELECT count(*) FROM topics");
  ASSERT_TRUE(count.step());
  EXPECT_EQ(count.integer(0), 1);
}

TEST(Schema, RefusesANewerVersionAndLeavesItUnchanged) {
  const TempDirectory directory;
  const std::string path = directory.file("a.db");
  {
    Connection connection =
        Connection::open({.path = path, .kind = ConnectionKind::SchemaCreation});
    create_schema(connection);
    write_user_version(connection.handle(), kSchemaVersion + 1);
  }
  const std::string before = read_bytes(path);
  EXPECT_THAT([&] { const Store store({.path = path}); },
              Throws<Error>(AllOf(KindIs(ErrorKind::Schema), MessageHas("version 2"),
                                  MessageHas("knows up to 1"))));
  EXPECT_EQ(read_bytes(path), before);
}

TEST(Schema, RefusesTheDatabaseOfSomethingElseAndLeavesItUnchanged) {
  const TempDirectory directory;
  for (const char* version : {"0", "1"}) {
    const std::string path = directory.file(std::string("foreign") + version + ".db");
    Connection::open({.path = path, .kind = ConnectionKind::SchemaCreation})
        .execute(std::string("CREATE TABLE customers (x); PRAGMA user_version = ") + version);
    const std::string before = read_bytes(path);
    EXPECT_THAT([&] { const Store store({.path = path}); },
                Throws<Error>(AllOf(KindIs(ErrorKind::Schema), MessageHas("table customers"))));
    EXPECT_EQ(read_bytes(path), before);
  }
}

TEST(Schema, TakesAnEmptyFile) {
  const TempDirectory directory;
  write_text(directory.file("a.db"), "");
  Store store({.path = directory.file("a.db")});
  EXPECT_EQ(store.count<Topic>(), 0);
}

// VACUUM may renumber rows that have no number of their own; the full-text index refers to them.
TEST(Schema, SearchSurvivesVacuum) {
  Connection connection = database();
  connection.execute(
      "INSERT INTO documents (id, title, content, language, status, content_hash, created_at, "
      "updated_at) VALUES ('a','one','','','','',0,0), ('b','two','','','','',0,0);"
      "DELETE FROM documents WHERE id = 'a'; VACUUM;");
  Statement found = connection.prepare(
      "SELECT d.id FROM documents_search AS s JOIN documents AS d ON d.row_number = s.rowid "
      "WHERE documents_search MATCH 'two'");
  ASSERT_TRUE(found.step());
  EXPECT_EQ(found.text(0), "b");
}

}  // namespace
}  // namespace pragmark

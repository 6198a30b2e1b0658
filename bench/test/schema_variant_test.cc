#include "pragmark/bench/schema_variant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pragmark/bench/command_line.h"
#include "pragmark/error.h"
#include "pragmark/schema.h"
#include "pragmark/store.h"

namespace pragmark {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> indexes_of_topics(Connection& connection) {
  std::vector<std::string> names;
  Statement query = connection.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'topics' "
      "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name");
  while (query.step()) names.emplace_back(query.text(0));
  return names;
}

class SchemaVariantTest : public ::testing::Test {
 protected:
  // The store's schema, changed, with one topic in it.
  void change(std::string_view name) {
    create_schema(connection_);
    find_schema_variant(name)->change(connection_);
    Writer(connection_).insert(Topic{.id = "t", .title = "One", .priority = 3});
    Topic found;
    ASSERT_TRUE(Reader(connection_).get_topic("t", found));
    EXPECT_EQ(found.title, "One");
    EXPECT_EQ(found.priority, 3);
  }
  bool has_rowid() {
    Statement query = connection_.prepare(
        "SELECT sql LIKE '%WITHOUT ROWID' FROM sqlite_schema WHERE name = 'topics'");
    return query.step() && query.integer(0) == 0;
  }

  Connection connection_ = Connection::open({.path = ":memory:", .kind = ConnectionKind::InMemory});
};

TEST_F(SchemaVariantTest, StandardIsTheStores) {
  change(kStandardSchema);
  EXPECT_THAT(indexes_of_topics(connection_),
              ElementsAre("topics_by_priority", "topics_by_status"));
  EXPECT_TRUE(has_rowid());
}

TEST_F(SchemaVariantTest, OneIndex) {
  change("one-index");
  EXPECT_THAT(indexes_of_topics(connection_), ElementsAre("topics_by_status"));
}

TEST_F(SchemaVariantTest, NoIndexes) {
  change("no-indexes");
  EXPECT_THAT(indexes_of_topics(connection_), ElementsAre());
}

TEST_F(SchemaVariantTest, WithoutRowidKeepsColumnsAndIndexes) {
  change("without-rowid");
  EXPECT_THAT(indexes_of_topics(connection_),
              ElementsAre("topics_by_priority", "topics_by_status"));
  EXPECT_FALSE(has_rowid());
}

TEST(SchemaVariants, StandInNamesUnlessStandard) {
  BenchRequest request;
  request.workloads = {"sequential_write"};
  request.strategies = {"per-thread"};
  request.schemas = {"standard", "no-indexes"};
  const std::vector<Configuration> both = configurations_of(request);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].name(), "sequential_write/production/per-thread/rows:1000/payload:small");
  EXPECT_EQ(both[1].name(),
            "sequential_write/production/per-thread/rows:1000/payload:small/schema:no-indexes");
  request.schemas = {"no-index"};
  try {
    static_cast<void>(configurations_of(request));
    FAIL() << "an unknown schema is refused";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("unknown schema no-index: the known ones are standard, "
                                        "one-index, no-indexes, without-rowid"));
  }
}

}  // namespace
}  // namespace pragmark

// Templates hold what the store itself would have written, and repetitions that only read may share
// one.
#include "pragmark/bench/scratch_store.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pragmark/connection.h"
#include "pragmark/pragma.h"
#include "pragmark/store.h"

namespace pragmark {
namespace {

class ScratchStoreTest : public testing::Test {
 protected:
  static Configuration configuration(std::string_view workload, const std::string& set,
                                     const std::string& payload = "small") {
    return {.workload = find_workload(workload),
            .set = PragmaSet::parse(set),
            .strategy = "per-thread",
            .threads = 1,
            .rows = 300,
            .payload = Payload::parse(payload),
            .reads_percent = 50,
            .operations_per_thread = 1};
  }

  static std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static std::int64_t count(const std::string& path, const std::string& sql) {
    Connection connection = Connection::open({.path = path, .kind = ConnectionKind::ReadOnly});
    Statement statement = connection.prepare(sql);
    EXPECT_TRUE(statement.step());
    return statement.integer(0);
  }

  // Everything but where it lies in the file, as text.
  static std::vector<std::string> content_of(const std::string& path) {
    Connection connection = Connection::open({.path = path, .kind = ConnectionKind::ReadOnly});
    std::vector<std::string> content;
    for (const char* sql : {"SELECT type || name || tbl_name || coalesce(sql, '') "
                            "FROM sqlite_schema ORDER BY rowid",
                            "SELECT rowid || id || title || description || status || priority || "
                            "language || domain || coalesce(research_report, 'NULL') || created_at "
                            "|| updated_at FROM topics ORDER BY rowid"}) {
      Statement statement = connection.prepare(sql);
      while (statement.step()) content.emplace_back(statement.text(0));
    }
    for (const PragmaSpec& spec : pragma_table()) {
      if (spec.scope != Scope::File) continue;
      content.push_back(std::string(spec.name) + "=" +
                        read_back(connection.handle(), spec).value_or("nothing"));
    }
    content.push_back(std::to_string(read_user_version(connection.handle())));
    return content;
  }

  // As every database of the library comes about: through the store, one batch.
  std::string written_by_the_store(const Configuration& one) {
    std::string path = scratch_.file("store.db");
    const Dataset data = templates_.data(one);
    Store store({.path = path, .set = one.set, .strategy = "per-thread"});
    store.batch([&](Writer& writer) {
      for (std::uint64_t row = 0; row < static_cast<std::uint64_t>(one.rows); ++row) {
        Topic topic = data.pool()[row % data.pool().size()];
        data.stamp(row, topic);
        writer.insert(topic);
      }
    });
    return path;
  }

  ScratchDirectory scratch_{std::filesystem::temp_directory_path()};
  StoreTemplates templates_{scratch_.path(), 7};
};

class TemplateContentTest : public ScratchStoreTest,
                            public testing::WithParamInterface<const char*> {};

TEST_P(TemplateContentTest, IsWhatTheStoreWouldHaveWritten) {
  const Configuration one = configuration("mixed", GetParam(), "700");
  const std::string path = scratch_.file("placed.db");
  EXPECT_EQ(templates_.place(one, path), Placed::Copied);
  EXPECT_FALSE(std::filesystem::exists(path + "-wal"));
  EXPECT_EQ(content_of(path), content_of(written_by_the_store(one)));
  Store store({.path = path, .set = one.set});
  EXPECT_EQ(store.check(), std::vector<std::string>());
}

INSTANTIATE_TEST_SUITE_P(Sets, TemplateContentTest,
                         testing::Values("production", "default", "production+page_size=1024",
                                         "default+auto_vacuum=INCREMENTAL+application_id=77"));

TEST_F(ScratchStoreTest, ReadersShareTheTemplateAndLeaveItAsItIs) {
  const Configuration one = configuration("concurrent_read", "production");
  const std::string path = scratch_.file("a.db");
  ASSERT_EQ(templates_.place(one, path), Placed::Linked);
  const std::string before = bytes_of(path);
  {
    Store store({.path = path, .set = one.set});
    EXPECT_EQ(store.count<Topic>(), 300);
    EXPECT_TRUE(store.get_topic(templates_.data(one).id(299).view()).has_value());
  }
  EXPECT_EQ(bytes_of(path), before);
  EXPECT_EQ(templates_.place(one, scratch_.file("b.db")), Placed::Linked);
  EXPECT_EQ(std::filesystem::hard_link_count(path), 3U);
}

TEST_F(ScratchStoreTest, WritersGetACopyOfTheirOwn) {
  const std::string path = scratch_.file("a.db");
  EXPECT_EQ(templates_.place(configuration("sequential_write", "production"), path),
            Placed::Copied);
  EXPECT_EQ(std::filesystem::hard_link_count(path), 1U);
}

TEST_F(ScratchStoreTest, LinkThatWasWrittenToIsReplacedAndNotTriedAgain) {
  const Configuration one = configuration("sequential_read", "production");
  const std::string written = scratch_.file("a.db");
  ASSERT_EQ(templates_.place(one, written), Placed::Linked);
  {
    Store store({.path = written, .set = one.set});
    ASSERT_TRUE(store.remove<Topic>(templates_.data(one).id(0).view()));
  }
  const std::string next = scratch_.file("b.db");
  EXPECT_EQ(templates_.place(one, next), Placed::Copied);
  EXPECT_EQ(count(next, "SELECT count(*) FROM topics"), 300);
}

}  // namespace
}  // namespace pragmark

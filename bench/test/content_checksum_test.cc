// What the checksum of a database's contents sees, and what it is to overlook.
#include "pragmark/bench/content_checksum.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pragmark/error.h"
#include "pragmark/store.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {
namespace {

using testing::MatchesRegex;

class ContentChecksum : public testing::Test {
 protected:
  static Topic topic(const std::string& id) {
    return {.id = id,
            .title = "title",
            .description = "description",
            .status = "new",
            .priority = 3,
            .language = "en",
            .domain = "science"};
  }

  // Of a database of its own with these rows.
  std::string of(const std::vector<Topic>& topics, const std::string& set = "production") {
    const std::string path = scratch_.file("store-" + std::to_string(++databases_) + ".db");
    Store store({.path = path, .set = PragmaSet::parse(set)});
    for (const Topic& one : topics) store.insert(one);
    return content_checksum(path);
  }

  ScratchDirectory scratch_{std::filesystem::temp_directory_path()};
  int databases_ = 0;
};

TEST_F(ContentChecksum, IsTheSameForTheSameRowsInAnyOrderAndUnderAnySet) {
  const std::string checksum = of({topic("a"), topic("b"), topic("c")});
  EXPECT_THAT(checksum, MatchesRegex("[0-9a-f]{16}"));
  EXPECT_EQ(of({topic("c"), topic("a"), topic("b")}), checksum);
  EXPECT_EQ(of({topic("a"), topic("b"), topic("c")}, "default"), checksum);
  EXPECT_EQ(of({topic("a"), topic("b"), topic("c")}, "default+page_size=8192"), checksum);
  EXPECT_EQ(of({}), of({}));
}

TEST_F(ContentChecksum, SeesEveryColumnButTheTimes) {
  const std::string checksum = of({topic("a"), topic("b")});
  const auto changed = [&](const std::function<void(Topic&)>& change) {
    Topic other = topic("b");
    change(other);
    return of({topic("a"), other});
  };
  EXPECT_NE(changed([](Topic& t) { t.id = "c"; }), checksum);
  EXPECT_NE(changed([](Topic& t) { t.title = "Title"; }), checksum);
  EXPECT_NE(changed([](Topic& t) { t.description = ""; }), checksum);
  EXPECT_NE(changed([](Topic& t) { t.status = "done"; }), checksum);
  EXPECT_NE(changed([](Topic& t) { t.priority = 4; }), checksum);
  EXPECT_NE(changed([](Topic& t) { t.language = "de"; }), checksum);
  EXPECT_NE(changed([](Topic& t) { t.domain = "health"; }), checksum);
  EXPECT_NE(changed([](Topic& t) { t.research_report = ""; }), checksum);
  EXPECT_EQ(changed([](Topic& t) {
              t.created_at += std::chrono::seconds{1};
              t.updated_at += std::chrono::seconds{2};
            }),
            checksum);
}

TEST_F(ContentChecksum, SeesRowsThatAreMissingAndTextThatMoved) {
  EXPECT_NE(of({topic("a")}), of({}));
  EXPECT_NE(of({topic("a")}), of({topic("a"), topic("b")}));
  Topic left = topic("a");
  left.title = "titled";
  left.description = "escription";
  EXPECT_NE(of({left}), of({topic("a")}));
  // Rows that swap a column.
  Topic one = topic("a");
  Topic other = topic("b");
  one.title = "other";
  const std::string before = of({one, other});
  std::swap(one.title, other.title);
  EXPECT_NE(of({one, other}), before);
}

TEST_F(ContentChecksum, OfNoDatabaseIsAnError) {
  EXPECT_THROW(static_cast<void>(content_checksum(scratch_.file("missing.db"))), Error);
}

}  // namespace
}  // namespace pragmark

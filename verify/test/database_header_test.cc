#include "audit/database_header.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit_files.h"

namespace pragmark::inspect {
namespace {

using testing::HasSubstr;

std::vector<std::uint8_t> as_bytes(std::string_view text) { return {text.begin(), text.end()}; }

TEST(DatabaseHeader, SaysWhatWasAskedOfSqlite) {
  AuditFiles files;
  const std::string path = files.left_by(
      "PRAGMA page_size = 65536; PRAGMA encoding = 'UTF-16be'; PRAGMA auto_vacuum = FULL;"
      "PRAGMA user_version = -3; PRAGMA application_id = 252006674; CREATE TABLE t (a);"
      "INSERT INTO t VALUES (zeroblob(300000)); DELETE FROM t;");
  const auto header = parse_database_header(as_bytes(bytes_of(path)));
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->page_size_bytes, 65536U);
  EXPECT_EQ(header->user_version, -3);
  EXPECT_EQ(header->read_version, 1);
  EXPECT_TRUE(header->page_count_valid());
  EXPECT_EQ(header->page_count * 65536, bytes_of(path).size());
  const HeaderFacts facts = facts_of(*header);
  EXPECT_EQ(facts.encoding, "UTF-16be");
  EXPECT_EQ(facts.auto_vacuum, "FULL");
  EXPECT_EQ(facts.application, "Fossil repository");
  EXPECT_EQ(facts.written_by, linked_sqlite().version);
}

TEST(DatabaseHeader, TellsFreePagesAndIncrementalVacuum) {
  AuditFiles files;
  const std::string path = files.left_by("PRAGMA auto_vacuum = INCREMENTAL; CREATE TABLE t (a);"
                                         "INSERT INTO t VALUES (zeroblob(40960)); DELETE FROM t;");
  const auto header = parse_database_header(as_bytes(bytes_of(path)));
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->freelist_pages, 10U);
  EXPECT_EQ(facts_of(*header).auto_vacuum, "INCREMENTAL");
}

TEST(DatabaseHeader, IsRefusedWithoutMagicOrWithAnImpossiblePageSize) {
  AuditFiles files;
  const std::string good = bytes_of(files.left_by("CREATE TABLE t (a);"));
  ASSERT_TRUE(parse_database_header(as_bytes(good)).has_value());
  EXPECT_FALSE(parse_database_header(as_bytes(good.substr(0, 99))).has_value());
  for (const auto& [at, value] : std::vector<std::pair<std::size_t, char>>{
           {0, 's'}, {15, ' '}, {16, '\x11'}, {16, '\x00'}, {16, '\x01'}, {17, '\x02'}}) {
    std::string bad = good;
    bad[at] = value;
    EXPECT_FALSE(parse_database_header(as_bytes(bad)).has_value())
        << "byte " << at << " is " << int{value};
  }
}

TEST(DatabaseHeader, OfOldLibrariesKeepsNoPageCount) {
  DatabaseHeader header;
  header.page_count = 7;
  header.change_counter = 3;
  header.version_valid_for = 2;
  EXPECT_FALSE(header.page_count_valid());
  header.version_valid_for = 3;
  EXPECT_TRUE(header.page_count_valid());
  header.page_count = 0;
  EXPECT_FALSE(header.page_count_valid());
}

TEST(LikelyContent, NamesWhatPeopleConfuseWithADatabase) {
  std::string noise;
  for (int i = 0; i < 4096; ++i) noise += static_cast<char>(i * 167 + i / 256);
  const std::vector<std::pair<std::string, std::string>> table = {
      {"a,b\n1,2\n", "text"},
      {"caf\xc3\xa9\n", "text"},
      {std::string("PK\x03\x04", 4), "zip"},
      {std::string("\x1f\x8b\x08", 3), "gzip"},
      {"** This file contains an SQLite 2.1 database **", "SQLite 2"},
      {std::string("\xd9\xd5\x05\xf9\x20", 5), "rollback journal"},
      {std::string(512, '\0'), "zeros"},
      {noise, "encrypted"},
      {std::string("\x01\x02", 2), "something else"},
  };
  for (const auto& [content, name] : table) {
    EXPECT_THAT(std::string(likely_content(as_bytes(content))), HasSubstr(name));
  }
}

}  // namespace
}  // namespace pragmark::inspect

#include "audit/wal_file.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "audit_files.h"

namespace pragmark::inspect {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kFrameBytes = 24 + 4096;
constexpr const char* kThreeCommits =
    "PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1);"
    "INSERT INTO t VALUES (2);";

WalContent content_of(const std::string& path, std::int64_t limit = kNoLimit) {
  const auto file = ReadOnlyFile::open(path);
  if (!file) return {};
  return read_wal(*file, limit, [](std::size_t) {});
}

class WalFile : public testing::Test {
 protected:
  WalFile() : path_(files_.left_by(kThreeCommits) + "-wal") {}

  // What is read when the byte is another.
  WalContent with_changed_byte(std::size_t at) {
    std::string bytes = bytes_of(path_);
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ 1);
    write_bytes(path_, bytes);
    return content_of(path_);
  }

  AuditFiles files_;
  std::string path_;
};

TEST_F(WalFile, HoldsThePagesOfItsCommits) {
  WalContent wal = content_of(path_);
  EXPECT_TRUE(wal.header_valid);
  EXPECT_EQ(wal.page_size_bytes, 4096U);
  EXPECT_EQ(wal.frames, 4) << "two pages by CREATE TABLE, one by each INSERT";
  EXPECT_EQ(wal.frames_in_file, 4);
  EXPECT_EQ(wal.database_pages, 2U);
  EXPECT_EQ(wal.pages.find(2), 32 + 3 * kFrameBytes + 24) << "of the last commit";
  EXPECT_TRUE(wal.pages.find(1).has_value());
  EXPECT_FALSE(wal.pages.find(3).has_value());
}

TEST_F(WalFile, IsReadUpToTheLimit) {
  WalContent wal = content_of(path_, 3);
  EXPECT_EQ(wal.frames, 3);
  EXPECT_EQ(wal.pages.find(2), 32 + 2 * kFrameBytes + 24);
  EXPECT_EQ(content_of(path_, 0).frames, 0);
}

TEST_F(WalFile, AFrameWithoutItsCommitDoesNotCount) {
  WalContent wal = content_of(path_, 1);
  EXPECT_EQ(wal.frames_valid, 1);
  EXPECT_EQ(wal.frames, 0);
  EXPECT_EQ(wal.database_pages, 0U);
  EXPECT_TRUE(wal.pages.empty());
}

TEST_F(WalFile, EndsAtATornFrame) {
  write_bytes(path_, bytes_of(path_).substr(0, 32 + 4 * kFrameBytes - 1));
  EXPECT_EQ(content_of(path_).frames, 3);
}

TEST_F(WalFile, EndsAtAWrongChecksum) {
  EXPECT_EQ(with_changed_byte(32 + 2 * kFrameBytes + 24 + 5).frames, 2);
}

TEST_F(WalFile, EndsAtAFrameOfAnotherRound) {
  EXPECT_EQ(with_changed_byte(32 + 3 * kFrameBytes + 8).frames, 3) << "its salt";
}

TEST_F(WalFile, AWrongHeaderMakesItEmpty) {
  EXPECT_EQ(with_changed_byte(13).frames, 0) << "not covered by the header's checksum any more";
  EXPECT_EQ(with_changed_byte(0).page_size_bytes, 0U) << "no magic number";
  write_bytes(path_, "short");
  EXPECT_FALSE(content_of(path_).header_valid);
}

}  // namespace
}  // namespace pragmark::inspect

#include "pragmark/memory_statistics.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "pragmark/counting_vfs.h"
#include "pragmark/store.h"
#include "temp_directory.h"

namespace pragmark {
namespace {

// These run in one process with other tests, which shall find SQLite as it was built.
class MemoryStatisticsTest : public ::testing::Test {
 protected:
  ~MemoryStatisticsTest() override { set_memory_statistics(MemoryStatistics::AsBuilt); }
  TempDirectory directory;
  const bool as_built = memory_statistics_observed();
};

TEST_F(MemoryStatisticsTest, AsBuiltIsWhatTheLibrarySays) {
  EXPECT_EQ(as_built, sqlite3_compileoption_used("DEFAULT_MEMSTATUS=0") == 0);
}

TEST_F(MemoryStatisticsTest, OffCountsNothingOfAConnection) {
  set_memory_statistics(MemoryStatistics::Off);
  EXPECT_FALSE(memory_statistics_observed());
  const sqlite3_int64 before = sqlite3_memory_used();
  Store store({.path = directory.file("store.db")});
  store.insert(Topic{.id = "one"});
  EXPECT_EQ(sqlite3_memory_used(), before);
}

TEST_F(MemoryStatisticsTest, AsBuiltComesBack) {
  set_memory_statistics(MemoryStatistics::Off);
  set_memory_statistics(MemoryStatistics::AsBuilt);
  EXPECT_EQ(memory_statistics_observed(), as_built);
}

// Shutting SQLite down forgets its own VFSes only: layers that are registered stay in the list.
TEST_F(MemoryStatisticsTest, ALayerOutlivesTheSwitch) {
  const CountingVfs layer;
  set_memory_statistics(MemoryStatistics::Off);
  set_memory_statistics(MemoryStatistics::AsBuilt);
  Store store({.path = directory.file("store.db"), .vfs = layer.name()});
  store.insert(Topic{.id = "one"});
  EXPECT_GT(layer.counts().at(FileRole::Wal).writes, 0U);
}

TEST(MemoryStatisticsNames, AreReadBack) {
  for (const auto one : {MemoryStatistics::AsBuilt, MemoryStatistics::Off}) {
    EXPECT_EQ(parse_memory_statistics(to_string(one)), one);
  }
  EXPECT_EQ(parse_memory_statistics("on"), std::nullopt);
}

}  // namespace
}  // namespace pragmark

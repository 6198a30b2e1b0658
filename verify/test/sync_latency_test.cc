#include "sync_latency.h"

#include <filesystem>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pragmark/error.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {
namespace {

namespace fs = std::filesystem;

TEST(SyncLatencyOf, IsTheNearestRank) {
  std::vector<double> samples(1000);
  std::iota(samples.rbegin(), samples.rend(), 1.0);  // 1000 down to 1
  const SyncLatency sync = sync_latency_of(samples);
  EXPECT_EQ(sync.n, 1000U);
  EXPECT_EQ(sync.p50_us, 500.0);
  EXPECT_EQ(sync.p90_us, 900.0);
  EXPECT_EQ(sync.p99_us, 990.0);
  EXPECT_EQ(sync.max_us, 1000.0);
}

TEST(SyncLatencyOf, OfOneAndOfNone) {
  std::vector<double> one = {7};
  EXPECT_EQ(sync_latency_of(one).p50_us, 7.0);
  EXPECT_EQ(sync_latency_of(one).p99_us, 7.0);
  std::vector<double> none;
  EXPECT_EQ(sync_latency_of(none).n, 0U);
}

TEST(SyncProbe, AppendsToOneFileAndLeavesNothing) {
  const ScratchDirectory scratch(testing::TempDir());
  {
    SyncProbe probe(scratch.path());
    for (int i = 0; i < 3; ++i) static_cast<void>(probe.sample_us());
    std::uintmax_t bytes = 0;
    for (const auto& entry : fs::recursive_directory_iterator(scratch.path())) {
      if (entry.is_regular_file()) bytes += entry.file_size();
    }
    EXPECT_EQ(bytes, 3U * 4096U);
  }
  EXPECT_TRUE(fs::is_empty(scratch.path()));
  SyncProbe removed(scratch.path());
  removed.remove();
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

TEST(SyncProbe, NamesADirectoryThatTakesNoFile) {
  try {
    const SyncProbe probe("/proc");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Environment);
    EXPECT_THAT(error.what(), testing::HasSubstr("/proc"));
  }
}

}  // namespace
}  // namespace pragmark

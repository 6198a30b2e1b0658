// What the machine answers cannot be known here; that it answers, and leaves nothing behind, can.
// The reading of the kernel's texts is tested in system_files_test.cc.
#include "pragmark/verify/environment.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pragmark/error.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {
namespace {

namespace fs = std::filesystem;

TEST(ProbeEnvironment, FillsEveryField) {
  const ScratchDirectory scratch(testing::TempDir());
  const Environment here = probe_environment(scratch.path());
  EXPECT_EQ(here.directory, scratch.path());
  EXPECT_NE(here.cpu_model, "");
  EXPECT_GE(here.cpu_count, 1);
  EXPECT_GT(here.memory_bytes, 0);
  EXPECT_THAT(here.kernel, testing::StartsWith("Linux "));
  EXPECT_NE(here.virtualization, "");
  EXPECT_NE(here.filesystem, "unknown");
  EXPECT_NE(here.block_device, "unknown");
  EXPECT_NE(here.mount_options, "");
  EXPECT_NE(here.clock_source, "");
  EXPECT_TRUE(here.clock_read_ns.has_value());
  EXPECT_FALSE(here.cpu_drift.has_value()) << "of a run only";
  EXPECT_GT(here.sync_latency.n, 0U);
}

TEST(ProbeEnvironment, LeavesNothingBehind) {
  const ScratchDirectory scratch(testing::TempDir());
  static_cast<void>(probe_environment(scratch.path()));
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

TEST(ProbeEnvironment, ResolvesLinksBeforeItLooksForTheMount) {
  const ScratchDirectory scratch(testing::TempDir());
  fs::create_directory(scratch.path() / "real");
  fs::create_directory_symlink(scratch.path() / "real", scratch.path() / "link");
  const Environment here = probe_environment(scratch.path() / "link");
  EXPECT_EQ(here.directory, (scratch.path() / "real").string());
}

TEST(ProbeEnvironment, RefusesADirectoryThatCannotBeUsed) {
  try {
    static_cast<void>(probe_environment("/proc/no/such"));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Environment);
    EXPECT_THAT(error.what(), testing::HasSubstr("/proc/no/such"));
  }
}

TEST(DescribeEnvironment, WritesNothingAndSaysNothingOfSyncs) {
  const Environment here = describe_environment("/proc/self");  // nobody may write there
  EXPECT_EQ(here.filesystem, "proc");
  EXPECT_EQ(here.sync_latency.n, 0U);
  EXPECT_THAT(here.filesystem_warnings, testing::IsEmpty());
  EXPECT_THROW(static_cast<void>(describe_environment("/proc/no/such")), Error);
}

TEST(MeasureEnvironment, AddsWhatARunShows) {
  const ScratchDirectory scratch(testing::TempDir());
  const Environment here = measure_environment(scratch.path(), std::chrono::milliseconds(0));
  EXPECT_EQ(here.directory, scratch.path());
  ASSERT_TRUE(here.cpu_drift && here.sync_drift);
  EXPECT_EQ(here.cpu_drift->n, 9U) << "the fewest rounds";
  EXPECT_EQ(here.sync_drift->n, 9U);
  EXPECT_GE(here.sync_latency.n, 9U);
  EXPECT_LE(here.sync_latency.p50_us, here.sync_latency.p90_us);
  EXPECT_LE(here.sync_latency.p90_us, here.sync_latency.p99_us);
  EXPECT_LE(here.sync_latency.p99_us, here.sync_latency.max_us);
  EXPECT_TRUE(here.clock_read_ns.has_value());
  EXPECT_EQ(here.steal_percent.has_value(), fs::exists("/proc/stat"));
  EXPECT_EQ(here.load_average.has_value(), fs::exists("/proc/loadavg"));
  EXPECT_GE(here.cpus_online, here.cpu_count);
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

TEST(StealMeter, AnswersAShareWhereTheKernelCounts) {
  const StealMeter meter;
  const auto percent = meter.percent();
  ASSERT_EQ(percent.has_value(), fs::exists("/proc/stat"));
  EXPECT_GE(percent.value_or(0.0), 0.0);
  EXPECT_LE(percent.value_or(0.0), 100.0);
}

}  // namespace
}  // namespace pragmark

#include "pragmark/verify/stage.h"

#include <algorithm>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pragmark/error.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Stages, AreWhatThisBuildHas) {
  ASSERT_EQ(stages().size(), 4U);
  EXPECT_EQ(stages()[0].name, "values");
  EXPECT_EQ(stages()[1].name, "behaviour");
  EXPECT_EQ(stages()[2].name, "library");
  EXPECT_EQ(stages()[3].name, "durability");
  EXPECT_EQ(&find_stage("library"), &stages()[2]);
}

TEST(FindStage, RefusesWhatThereIsNotAndListsWhatThereIs) {
  for (const std::string name : {"durable", "Values", "value", ""}) {
    try {
      static_cast<void>(find_stage(name));
      FAIL() << name << ": nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::Usage);
      EXPECT_EQ(
          std::string(error.what()),
          "stage '" + name + "': this build has only: values, behaviour, library, durability");
    }
  }
}

TEST(Verify, ReportsOnTheSetTheLibraryAndTheDirectory) {
  const ScratchDirectory scratch(testing::TempDir());
  const Report report =
      verify({.set = PragmaSet::parse("production"), .directory = scratch.path(), .stages = {}});
  EXPECT_EQ(report.set.name(), "production");
  EXPECT_EQ(report.sqlite.version, linked_sqlite().version);
  EXPECT_EQ(report.environment.directory, scratch.path());
  EXPECT_THAT(report.stages, ElementsAre("values", "behaviour", "library"));
  EXPECT_EQ(overall_verdict(report.results), Verdict::Pass);
}

TEST(Verify, LeavesNothingBehind) {
  const ScratchDirectory scratch(testing::TempDir());
  static_cast<void>(
      verify({.set = PragmaSet::parse("production"), .directory = scratch.path(), .stages = {}}));
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

TEST(Verify, RunsAStageOnceHoweverOftenItIsAsked) {
  const ScratchDirectory scratch(testing::TempDir());
  const Report report = verify({.set = PragmaSet::parse("production"),
                                .directory = scratch.path(),
                                .stages = {"values", "values"}});
  EXPECT_THAT(report.stages, ElementsAre("values"));
}

// Asks for more mapped memory than a library allows: a warning, whatever this library is.
TEST(Verify, FailsForAWarningWhenItIsStrict) {
  const ScratchDirectory scratch(testing::TempDir());
  VerifyOptions options = {.set = PragmaSet::parse("default+mmap_size=30000000000"),
                           .directory = scratch.path(),
                           .stages = {"library"}};
  const auto count = [](const Report& report, Verdict verdict) {
    return std::ranges::count(report.results, verdict, &CheckResult::verdict);
  };
  const Report lenient = verify(options);
  EXPECT_FALSE(lenient.strict);
  EXPECT_EQ(overall_verdict(lenient.results), Verdict::Pass);
  EXPECT_GT(count(lenient, Verdict::Warning), 0);
  options.strict = true;
  const Report strict = verify(options);
  EXPECT_TRUE(strict.strict);
  EXPECT_EQ(overall_verdict(strict.results), Verdict::Fail);
  EXPECT_EQ(count(strict, Verdict::Warning), 0);
  EXPECT_EQ(count(strict, Verdict::Fail), count(lenient, Verdict::Warning));
}

TEST(Verify, RefusesAnUnknownStageBeforeItTouchesTheDisk) {
  try {
    static_cast<void>(verify({.set = PragmaSet::parse("production"),
                              .directory = "/proc/no/such",
                              .stages = {"values", "durable"}}));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Usage);
    EXPECT_THAT(error.what(), HasSubstr("durable"));
  }
}

TEST(Verify, LeavesNothingBehindWhenACheckThrows) {
  const ScratchDirectory scratch(testing::TempDir());
  struct Stop {};
  const VerifyOptions options = {
      .set = PragmaSet::parse("production"),
      .directory = scratch.path(),
      .stages = {},
      .tampering = {.after_apply = [](Connection&) { throw Stop(); }, .after_work = {}}};
  EXPECT_THROW(static_cast<void>(verify(options)), Stop);
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

}  // namespace
}  // namespace pragmark

#include "pragmark/verify/stage.h"

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
  ASSERT_EQ(stages().size(), 2U);
  EXPECT_EQ(stages()[0].name, "values");
  EXPECT_EQ(stages()[1].name, "behaviour");
  EXPECT_EQ(&find_stage("behaviour"), &stages()[1]);
}

TEST(FindStage, RefusesWhatThereIsNotAndListsWhatThereIs) {
  for (const std::string name : {"durability", "Values", "value", ""}) {
    try {
      static_cast<void>(find_stage(name));
      FAIL() << name << ": nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::Usage);
      EXPECT_EQ(std::string(error.what()),
                "stage '" + name + "': this build has only: values, behaviour");
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
  EXPECT_THAT(report.stages, ElementsAre("values", "behaviour"));
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

TEST(Verify, RefusesAnUnknownStageBeforeItTouchesTheDisk) {
  try {
    static_cast<void>(verify({.set = PragmaSet::parse("production"),
                              .directory = "/proc/no/such",
                              .stages = {"values", "durability"}}));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Usage);
    EXPECT_THAT(error.what(), HasSubstr("durability"));
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

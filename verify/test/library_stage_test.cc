#include <algorithm>
#include <set>
#include <string>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "library/library_checks.h"
#include "pragmark/verify/library.h"
#include "pragmark/verify/scratch_directory.h"
#include "pragmark/verify/sqlite_library.h"

namespace pragmark {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::vector<CheckResult> run_stage(const std::string& set) {
  const ScratchDirectory scratch(testing::TempDir());
  const PragmaSet claimed = PragmaSet::parse(set);
  return run_library_stage({.set = claimed, .scratch = scratch.path(), .tampering = {}});
}

const CheckResult& only(const std::vector<CheckResult>& results, const std::string& id) {
  const auto found = std::ranges::find(results, id, &CheckResult::id);
  EXPECT_NE(found, results.end()) << id;
  return *found;
}

TEST(LibraryStage, AsksEveryQuestionAndNamesNoResultTwice) {
  const std::vector<CheckResult> results = run_stage("production");
  std::set<std::string> ids;
  std::set<std::pair<std::string, std::string>> names;
  for (const CheckResult& result : results) {
    EXPECT_EQ(result.stage, "library");
    EXPECT_EQ(result.connection, "library");
    EXPECT_TRUE(names.emplace(result.id, result.setting).second) << result.setting;
    ids.insert(result.id);
  }
  EXPECT_EQ(ids, (std::set<std::string>{"B001", "B002", "B003", "B004", "B005"}));
}

TEST(LibraryStage, SaysWhetherTheLibraryIsAffectedAndNothingBetween) {
  const CheckResult result = only(run_stage("production"), "B005");
  ASSERT_TRUE(result.observed);
  if (result.verdict == Verdict::Pass) {
    EXPECT_THAT(*result.observed, StartsWith("not affected"));
  } else {
    EXPECT_EQ(result.verdict, Verdict::Warning);
    EXPECT_THAT(*result.observed, StartsWith("affected"));
    EXPECT_THAT(result.repair, HasSubstr("3.51.3 and newer, and 3.44.6, 3.50.7"));
  }
}

TEST(LibraryStage, DoesNotTryTheWalResetBugWithASetThatUsesNoWal) {
  const CheckResult result = only(run_stage("default"), "B005");
  EXPECT_EQ(result.verdict, Verdict::Skipped);
  EXPECT_THAT(result.reason, HasSubstr("WAL"));
}

TEST(CheckVersion, WarnsWhenTheLibraryIsOlderThanTheHeaders) {
  EXPECT_EQ(check_version({"3.40.1", "a1", {}}, "3.40.1").verdict, Verdict::Pass);
  EXPECT_EQ(check_version({"3.53.0", "a1", {}}, "3.40.1").verdict, Verdict::Pass);
  EXPECT_EQ(check_version({"3.9.2", "a1", {}}, "3.40.1").verdict, Verdict::Warning);
  EXPECT_EQ(check_version({"unknown", "a1", {}}, "3.40.1").verdict, Verdict::Warning);
}

TEST(CheckVersion, NotesEditedSources) {
  EXPECT_EQ(check_version({"3.40.1", "2022-12-28 df5c25", {}}, "3.40.1").reason, "");
  EXPECT_THAT(check_version({"3.40.1", "2022-12-28 df5calt1", {}}, "3.40.1").reason,
              HasSubstr("edited"));
}

// The linked library's defaults differ from build to build; those of a set that names every
// setting that differs do not matter.
TEST(CheckDefaults, AsksOnlyForWhatTheSetIsSilentAbout) {
  const ScratchDirectory scratch(testing::TempDir());
  const auto silent = check_defaults(PragmaSet::parse("production"), scratch.path());
  std::string set = "production";
  for (const CheckResult& result : silent) {
    if (result.setting == "defaults") continue;
    EXPECT_NE(result.claimed, result.read_back);
    EXPECT_EQ(result.verdict, Verdict::Pass) << result.setting;
    set += "+" + result.setting.substr(std::string("default of ").size()) + "=" +
           result.read_back.value_or("");
  }
  const ScratchDirectory other(testing::TempDir());
  const auto named = check_defaults(PragmaSet::parse(set), other.path());
  ASSERT_EQ(named.size(), 1U);
  EXPECT_EQ(named[0].setting, "defaults");
  EXPECT_EQ(named[0].verdict, Verdict::Pass);
}

}  // namespace
}  // namespace pragmark

// Every check on its right configurations and on its negative controls, and what each counts.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "behaviour/behaviour_check.h"
#include "behaviour_fixture.h"
#include "pragmark/verify/behaviour.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark::behaviour {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

class Check : public testing::TestWithParam<std::string> {};

TEST_P(Check, PassesWhatIsRightAndCatchesWhatIsWrong) {
  const ScratchDirectory scratch(testing::TempDir());
  const CheckTrials trials = run_trials(check_of(GetParam()), scratch.path());
  EXPECT_TRUE(all_hold({trials})) << to_text({trials});
  EXPECT_FALSE(trials.right.empty());
  EXPECT_FALSE(trials.controls.empty());
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
}

std::vector<std::string> ids() {
  std::vector<std::string> all;
  for (const BehaviourCheck* check : behaviour_checks()) all.emplace_back(check->id);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Each, Check, testing::ValuesIn(ids()),
                         [](const auto& parameter) { return parameter.param; });

// The evidence, for each mode and level, that the table in syncs.cc promises.
TEST(SynchronousCheck, CountsSyncs) {
  struct Row {
    std::string_view set;
    std::string_view observed;
  };
  const std::vector<Row> table = {
      {"production+synchronous=OFF", "0 syncs in 20 commits, 0 in a checkpoint: OFF"},
      {"production", "0 syncs in 20 commits, 2 in a checkpoint: NORMAL"},
      {"durable", "20 syncs in 20 commits, 2 in a checkpoint: FULL or EXTRA"},
      {"production+wal_autocheckpoint=1", "0 syncs in 20 commits, 2 in a checkpoint: NORMAL"},
      {"default+synchronous=OFF", "0 syncs in 20 commits: OFF"},
      {"default+synchronous=NORMAL", "40 syncs in 20 commits: NORMAL"},
      {"default", "60 syncs in 20 commits: FULL"},
      {"default+synchronous=EXTRA", "60 syncs in 20 commits and 20 of the directory: EXTRA"},
      {"default+journal_mode=TRUNCATE+synchronous=NORMAL", "40 syncs in 20 commits: NORMAL"},
      {"default+journal_mode=TRUNCATE", "80 syncs in 20 commits: FULL or EXTRA"},
      {"default+journal_mode=PERSIST+synchronous=NORMAL", "60 syncs in 20 commits: NORMAL"},
      {"default+journal_mode=PERSIST", "80 syncs in 20 commits: FULL or EXTRA"},
      {"default+journal_mode=MEMORY", "20 syncs in 20 commits: NORMAL or FULL or EXTRA"},
  };
  for (const Row& row : table) {
    const CheckResult result = result_on("D001", row.set);
    EXPECT_EQ(result.observed, row.observed) << row.set;
    EXPECT_EQ(to_string(result.verdict), "pass") << row.set;
  }
}

TEST(JournalModeCheck, SeesTheFilesAndWhoIsInTheWay) {
  EXPECT_THAT(*result_on("J001", "production").observed,
              MatchesRegex("commit beside a reader; WAL of [0-9]+ bytes; file format 2: WAL"));
  EXPECT_EQ(*result_on("J001", "default").observed,
            "reader in the way: SQLITE_BUSY (5); journal, none after; file format 1: DELETE");
}

TEST(WalCheckpointCheck, CountsFramesToThePage) {
  EXPECT_THAT(*result_on("W001", "production+wal_autocheckpoint=300").observed,
              MatchesRegex("checkpoint of [0-9]+ pages when the WAL had 30[0-3] frames"));
  EXPECT_THAT(*result_on("W001", "production+wal_autocheckpoint=0").observed,
              MatchesRegex("no checkpoint in 20[0-9][0-9] frames"));
}

TEST(WalCheckpointCheck, DoesNotWriteGigabytes) {
  const CheckResult result = result_on("W001", "production+wal_autocheckpoint=1000000");
  EXPECT_EQ(to_string(result.verdict), "pass");
  EXPECT_THAT(*result.observed, MatchesRegex("no checkpoint in 18[0-9]+ frames"));
}

TEST(JournalSizeCheck, SkipsALimitThatIsTooLargeToReach) {
  const CheckResult result = result_on("W002", "production+journal_size_limit=1073741824");
  EXPECT_EQ(to_string(result.verdict), "skipped");
  EXPECT_THAT(result.reason, HasSubstr("1073741824 bytes"));
}

TEST(TransactionsCheck, NamesTheCodeThatNoTimeoutWaitsFor) {
  const ScratchDirectory scratch(testing::TempDir());
  const PragmaSet set = PragmaSet::parse("production");
  const CheckResult result = run_check(
      check_of("T001"), {.claimed = set, .applied = set, .begin = "BEGIN"}, scratch.path());
  EXPECT_EQ(*result.observed,
            "write after read: SQLITE_BUSY_SNAPSHOT (517) after 0 ms of 5000; a writer between: "
            "SQLITE_OK");
  EXPECT_EQ(result.repair, "BEGIN IMMEDIATE;");
}

}  // namespace
}  // namespace pragmark::behaviour

#include <gtest/gtest.h>

#include "library/advisories.h"
#include "library/wal_reset.h"
#include "pragmark/verify/scratch_directory.h"
#include "pragmark/verify/sqlite_library.h"

namespace pragmark {
namespace {

class WalReset : public testing::Test {
 protected:
  [[nodiscard]] WalResetTrial attempt(WalResetHook hook) const {
    return try_wal_reset(scratch_.path(), hook);
  }

 private:
  ScratchDirectory scratch_{testing::TempDir()};
};

TEST_F(WalReset, TheControlIsCleanWithEveryLibrary) {
  const WalResetTrial trial = attempt(WalResetHook::Disarmed);
  EXPECT_EQ(trial.outcome, WalResetTrial::Outcome::Clean) << trial.finding;
  EXPECT_EQ(trial.rows_found, trial.rows_committed);
  EXPECT_GT(trial.rows_committed, 0);
  EXPECT_EQ(trial.finding, "");
}

TEST_F(WalReset, TheDamageIsSeenWithEveryLibrary) {
  const WalResetTrial trial = attempt(WalResetHook::Simulated);
  EXPECT_EQ(trial.outcome, WalResetTrial::Outcome::Damaged);
  EXPECT_LT(trial.rows_found, trial.rows_committed);
  EXPECT_NE(trial.finding, "");
}

// A distribution that carries the fix in an older version makes this one fail, and is right: then
// the trial is right too, and this test has to know that library.
TEST_F(WalReset, FindsWhatTheListOfVersionsSays) {
  const auto version = parse_version(linked_sqlite().version);
  ASSERT_TRUE(version);
  const bool affected = affects(advisory(kWalResetAdvisory), *version);
  const WalResetTrial trial = attempt(WalResetHook::Armed);
  EXPECT_EQ(trial.outcome,
            affected ? WalResetTrial::Outcome::Damaged : WalResetTrial::Outcome::Clean)
      << to_string(*version) << ": " << trial.finding;
}

}  // namespace
}  // namespace pragmark

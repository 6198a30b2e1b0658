#include "library/wal_reset.h"

#include <gtest/gtest.h>

#include "pragmark/verify/scratch_directory.h"
#include "pragmark/verify/sqlite_library.h"

namespace pragmark {
namespace {

TEST(TryWalReset, TheControlIsCleanWithEveryLibrary) {
  const ScratchDirectory scratch(testing::TempDir());
  const WalResetTrial trial = try_wal_reset(scratch.path(), WalResetHook::Disarmed);
  EXPECT_EQ(trial.outcome, WalResetTrial::Outcome::Clean) << trial.finding;
  EXPECT_EQ(trial.rows_found, trial.rows_committed);
}

TEST(TryWalReset, Show) {
  const ScratchDirectory scratch(testing::TempDir());
  const WalResetTrial trial = try_wal_reset(scratch.path(), WalResetHook::Armed);
  std::printf("%s: %d %s %ld %ld\n", linked_sqlite().version.c_str(), (int)trial.outcome, trial.finding.c_str(), trial.rows_committed, trial.rows_found);
}

}  // namespace
}  // namespace pragmark

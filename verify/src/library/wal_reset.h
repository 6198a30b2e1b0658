// Does the linked SQLite have the WAL-reset bug (https://www.sqlite.org/wal.html#walresetbug)?
// Found out by making it happen on a scratch database, so that a library with a backported fix, or
// with a version number that says nothing, gets the right answer.
//
//   WalResetTrial trial = try_wal_reset(scratch, WalResetHook::Armed);
//   trial.outcome == WalResetTrial::Outcome::Damaged      // affected
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace pragmark {

enum class WalResetHook {
  Armed,     // the commit comes inside the checkpoint
  Disarmed,  // the control: the same commit, right after the checkpoint
  // The control of the control: as Disarmed, and then the mark that an affected library leaves, set
  // by hand. A trial that is not damaged by it could not have seen the bug.
  Simulated,
};

struct WalResetTrial {
  enum class Outcome {
    Clean,     // integrity_check is clean and every row is there
    Damaged,   // it is not, or they are not
    NotTried,  // the race could not be brought about; `finding` says why
  };
  Outcome outcome = Outcome::NotTried;
  std::string finding;  // the first line of integrity_check, or what else was found
  std::int64_t rows_committed = 0;
  std::int64_t rows_found = 0;  // 0 as well where the table cannot be read
};

// Works on a new database in `directory`, which must not hold one of an earlier trial with the same
// hook. An Error of SQLite outside the last look is thrown; one inside it is damage.
[[nodiscard]] WalResetTrial try_wal_reset(const std::filesystem::path& directory,
                                          WalResetHook hook);

}  // namespace pragmark

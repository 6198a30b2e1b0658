// Crashes of real processes on real disks, in rounds: a child at full load is killed with SIGKILL;
// a power cut follows, on a filesystem of its own, if that is what is tried.
#pragma once

#include <string>

#include "pragmark/verify/crash.h"

namespace pragmark::crash {

// In a scratch directory inside options.directory, gone afterwards. REQUIRES: no other thread of
// this process uses SQLite meanwhile. Throw Error (kind Environment also when the child could not
// go on until it was killed) and Interrupted.
[[nodiscard]] RoundCounts kill_rounds(const PragmaSet& set, const std::string& strategy,
                                      const CrashOptions& options);
// On a LoopDisk. REQUIRES: LoopDisk::require_possible() did not throw.
[[nodiscard]] RoundCounts power_rounds(const PragmaSet& set, const std::string& strategy,
                                       const CrashOptions& options);

}  // namespace pragmark::crash

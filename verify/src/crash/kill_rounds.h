// kill -9 of a child at full load, in rounds, on the real disk.
#pragma once

#include <string>

#include "pragmark/verify/crash.h"

namespace pragmark::crash {

// In a scratch directory inside options.directory, gone afterwards. REQUIRES: no other thread of
// this process uses SQLite meanwhile. Throws Error and Interrupted.
[[nodiscard]] KillCounts kill_rounds(const PragmaSet& set, const std::string& strategy,
                                     const CrashOptions& options);

}  // namespace pragmark::crash

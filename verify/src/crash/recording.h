// A workload with what it did: made once for each set, workload and failing sync.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "crash/operation_log.h"
#include "crash/workload.h"

namespace pragmark::crash {

// Runs `workload` on a new disk in memory. SQLite's random numbers are seeded meanwhile, so that
// the same seed gives the same recording, byte by byte (but for strategies with threads of their
// own).
[[nodiscard]] OperationLog record(Workload& workload, const RecorderOptions& recorder,
                                  std::uint64_t seed, CrashSabotage sabotage);

}  // namespace pragmark::crash

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
// own). Of `run` it takes the seed, the limit of memory, the sabotage and what the disk is like;
// `failing_sync` is the sync that is answered with an error, counted from 0.
[[nodiscard]] OperationLog record(Workload& workload, const CrashOptions& run,
                                  std::optional<std::size_t> failing_sync = std::nullopt);

}  // namespace pragmark::crash

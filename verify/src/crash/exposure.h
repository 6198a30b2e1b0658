// How many acknowledged transactions a power cut takes at most while transactions follow each other
// without a pause: as many as are made between two syncs that cover them.
//
//   const CrashExposure exposure = measure_exposure(set, options);
//
// The workload `sustained` goes on long enough for the set's own checkpoints; the states are those
// of drop-unsynced just before each sync, where most is pending. Not for an application that rests:
// what it did last stays at risk until something syncs, and SQLite sets no time for that.
#pragma once

#include "pragmark/verify/crash.h"

namespace pragmark::crash {

// Throws Error and Interrupted, as run_crash().
[[nodiscard]] CrashExposure measure_exposure(const PragmaSet& set, const CrashOptions& options);

}  // namespace pragmark::crash

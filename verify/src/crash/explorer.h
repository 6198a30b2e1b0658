// Which crash states of a recording are looked at: for a failure model, all of them where there are
// few, a seeded sample otherwise.
//
//   explore(log, Model::DropUnsynced, {.images = 2000, .seed = 1},
//           [&](const CrashPoint& at, const CrashState& state) { .. });
//
// Where at most kExhaustivePending operations are pending just before a sync, every subset of them
// is a state (as far as the number of images goes): the pending operations of the points before are
// part of these, so nothing between two syncs is left out but torn writes. Beyond, states are
// drawn: one lost, the last ones lost, those of one file lost, any lost, pieces lost.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "crash/failure_model.h"
#include "crash/image.h"
#include "pragmark/function_ref.h"

namespace pragmark::crash {

inline constexpr std::size_t kExhaustivePending = 12;

struct CrashState {
  std::size_t point = 0;                            // so many operations were issued
  std::optional<std::size_t> fault = std::nullopt;  // operation: the sync that lied or failed
  std::vector<Loss> losses = {};                    // sorted
};

struct ExploreOptions {
  std::size_t images;
  std::uint64_t seed;
};

struct Explored {
  std::size_t points = 0;      // crash points that had at least one state
  std::size_t images = 0;      // states visited
  std::size_t exhaustive = 0;  // of these, from points whose every subset was visited
};

using Visit = FunctionRef<void(const CrashPoint&, const CrashState&)>;

// REQUIRES: for SyncError, the log has a FailedSync.
[[nodiscard]] Explored explore(const OperationLog& log, Model model, const ExploreOptions& options,
                               Visit visit);

// The rules of the disk under a model; `fault` as in CrashState.
[[nodiscard]] DiskRules rules_of(Model model, std::optional<std::size_t> fault) noexcept;

}  // namespace pragmark::crash

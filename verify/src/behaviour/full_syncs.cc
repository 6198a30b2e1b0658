// What is asked of the disk when it syncs, on macOS, where an ordinary sync leaves what was written
// in the disk's cache: Y001 fullfsync, Y002 checkpoint_fullfsync.
//
// What SQLite asks of its VFS is the same everywhere, and is observed. Elsewhere than on macOS the
// VFS makes no difference: the claim is then without an effect, and without harm.
#include <array>
#include <string>

#include <fmt/format.h>

#include "behaviour/behaviour_check.h"

namespace pragmark::behaviour {
namespace {

#ifdef __APPLE__
constexpr bool kMacOs = true;
#else
constexpr bool kMacOs = false;
#endif

Observation full_or_ordinary(const Experiment& experiment, const IoCounts& cost,
                             std::string_view when) {
  const std::string seen =
      fmt::format("{} of {} syncs {} are full ones", cost.full_syncs, cost.syncs(), when);
  if (cost.syncs() == 0) return undetermined(seen, "nothing was synced");
  if ((cost.full_syncs > 0) != (experiment.claim() == "ON")) return contrary(seen);
  // Named in what was observed: a pass has no reason, and a set for several platforms is right.
  return as_claimed(cost.full_syncs > 0 && !kMacOs ? seen + "; only macOS treats them otherwise"
                                                   : seen);
}

// synchronous=FULL and a rollback journal, so that the commit itself syncs.
Observation observe_fullfsync(Experiment& experiment) {
  Connection connection = experiment.open_with(
      experiment.applied().with("journal_mode", "DELETE").with("synchronous", "FULL"),
      Patience::None);
  const IoCounts before = experiment.counts();
  connection.execute("CREATE TABLE something(id INTEGER PRIMARY KEY)");
  return full_or_ordinary(experiment, experiment.counts() - before, "of a commit");
}

Observation observe_checkpoint_fullfsync(Experiment& experiment) {
  if (experiment.claim("fullfsync") == "ON") {
    return not_applicable("fullfsync=ON makes the syncs of checkpoints full ones as well");
  }
  Connection connection = experiment.open_with(
      experiment.applied().with("journal_mode", "WAL").with("synchronous", "NORMAL"),
      Patience::None);
  connection.execute("CREATE TABLE something(id INTEGER PRIMARY KEY)");
  const IoCounts before = experiment.counts();
  static_cast<void>(connection.checkpoint(CheckpointMode::Full));
  return full_or_ordinary(experiment, experiment.counts() - before, "of a checkpoint");
}

constexpr std::array<std::string_view, 2> kFullRight = {"production+fullfsync=ON",
                                                        "production+fullfsync=OFF"};
constexpr std::array kFullControls = {
    Control{.what = "OFF behind a set that claims ON",
            .claimed = "production+fullfsync=ON",
            .applied = "production+fullfsync=OFF",
            .expected = Verdict::Fail},
    Control{.what = "ON behind a set that claims OFF",
            .claimed = "production+fullfsync=OFF",
            .applied = "production+fullfsync=ON",
            .expected = Verdict::Fail},
};

constexpr std::array<std::string_view, 2> kCheckpointRight = {
    "production+checkpoint_fullfsync=ON", "production+checkpoint_fullfsync=OFF"};
constexpr std::array kCheckpointControls = {
    Control{.what = "OFF behind a set that claims ON",
            .claimed = "production+checkpoint_fullfsync=ON",
            .applied = "production+checkpoint_fullfsync=OFF",
            .expected = Verdict::Fail},
    Control{.what = "fullfsync=ON behind a set that claims ordinary syncs",
            .claimed = "production+checkpoint_fullfsync=OFF",
            .applied = "production+fullfsync=ON",
            .expected = Verdict::Ineffective},
};

constexpr std::array kChecks = {
    BehaviourCheck{.id = "Y001",
                   .setting = "fullfsync",
                   .question = "is the disk's cache to be flushed when a commit syncs?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "on macOS a sync stops at the disk's cache",
                   .repair = "",
                   .documentation = "",
                   .observe = observe_fullfsync,
                   .right = kFullRight,
                   .controls = kFullControls},
    BehaviourCheck{.id = "Y002",
                   .setting = "checkpoint_fullfsync",
                   .question = "is the disk's cache to be flushed when a checkpoint syncs?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "on macOS a checkpoint's sync stops at the disk's cache",
                   .repair = "",
                   .documentation = "",
                   .observe = observe_checkpoint_fullfsync,
                   .right = kCheckpointRight,
                   .controls = kCheckpointControls},
};

}  // namespace

std::span<const BehaviourCheck> full_sync_checks() noexcept { return kChecks; }

}  // namespace pragmark::behaviour

#include "pragmark/bench/load/step.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pragmark/bench/scratch_store.h"
#include "step_run.h"

namespace pragmark {

std::int64_t StepPlan::windows() const noexcept {
  constexpr double kRounding = 1e-9;
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::ceil(duration_s * 1e3 / window_ms - kRounding)));
}

double seconds_of(const StepPlan& plan, const LoadTally& tally) noexcept {
  if (tally.sent == 0) return plan.duration_s;
  if (plan.rate) return plan.duration_s + to_seconds(tally.backlog_growth());
  return std::max(plan.duration_s, to_seconds(tally.last_end - tally.first_start));
}

double LoadStep::offered_per_second() const noexcept {
  const auto intended = static_cast<double>(tally.intended());
  return plan.rate ? intended / plan.duration_s : intended / seconds;
}

double LoadStep::answered_per_second() const noexcept {
  return static_cast<double>(tally.succeeded() + tally.timed_out) / seconds;
}

double LoadStep::achieved_per_second() const noexcept {
  return static_cast<double>(tally.succeeded()) / seconds;
}

bool LoadStep::saturated() const noexcept {
  constexpr double kMostLate = 0.01;
  constexpr double kLeastAchieved = 0.97;
  if (!plan.rate) return false;
  const auto late = static_cast<double>(tally.not_sent + tally.timed_out);
  return late > kMostLate * static_cast<double>(tally.intended()) ||
         achieved_per_second() < kLeastAchieved * offered_per_second();
}

LoadBench::LoadBench(const ScratchDirectory& scratch, LoadSetup setup,
                     const LoadData::Progress& progress)
    : scratch_(scratch),
      setup_(std::move(setup)),
      topics_({.seed = setup_.seed,
               .rows = setup_.configuration.rows,
               .payload = setup_.configuration.payload}),
      data_(topics_, setup_.mix.needs()),
      keys_(setup_.keys, topics_.rows()),
      directory_(scratch.path()),
      filled_(directory_.file("filled.db")) {
  {
    StoreTemplates templates(directory_.path(), setup_.seed, progress);
    templates.copy(setup_.configuration, filled_);
  }
  if (data_.empty()) return;
  {
    Store store({.path = filled_, .set = setup_.configuration.set, .strategy = "per-thread"});
    data_.fill(store, progress);
    static_cast<void>(store.checkpoint(CheckpointMode::Truncate));
  }
  sync_database(filled_);
}

std::int64_t LoadBench::database_bytes() const { return bytes_of_file(filled_); }

std::optional<LoadStep> LoadBench::run(const StepPlan& plan, const StepProgress& progress) {
  StepRun run(setup_, data_, keys_, plan, scratch_, filled_);
  if (!run.measure(progress)) return std::nullopt;
  return run.result();
}

}  // namespace pragmark

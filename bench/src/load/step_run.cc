#include "step_run.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "pragmark/bench/random.h"
#include "pragmark/bench/scratch_store.h"
#include "pragmark/verify/interrupt.h"
#include "process_usage.h"

namespace pragmark {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kUntilTheFirst{20};  // every thread is awake when the schedule begins
constexpr milliseconds kBetweenLooks{100};  // at the interrupt flag, which wakes nobody
constexpr milliseconds kBetweenReports{500};

std::string copied(const std::string& filled, const std::string& target) {
  copy_database(filled, target);
  return target;
}

}  // namespace

std::int64_t bytes_of_file(const std::string& path) {
  std::error_code none;
  const auto bytes = std::filesystem::file_size(path, none);
  return none ? 0 : static_cast<std::int64_t>(bytes);
}

StepRun::StepRun(const LoadSetup& setup, const LoadData& data, const Keys& keys,
                 const StepPlan& plan, const ScratchDirectory& scratch, const std::string& filled)
    : setup_(setup),
      data_(data),
      keys_(keys),
      plan_(plan),
      from_(from_seconds(plan.warmup_s)),
      window_(from_seconds(plan.window_ms / 1e3)),
      directory_(scratch.path()),
      database_(copied(filled, directory_.file("store.db"))),
      timing_({.below = counting_.name(), .sync_delay = setup.sync_delay}),
      store_({.path = database_,
              .set = setup.configuration.set,
              .strategy = setup.configuration.strategy,
              .vfs = timing_.name()}),
      arrivals_({.kind = plan.arrivals,
                 .rate = plan.rate.value_or(1),
                 .seed = mix64(setup.seed) ^ plan.seed,
                 .measured_from = from_,
                 .end = end_of_schedule()}),
      windows_({.threads = setup.configuration.threads,
                .length = window_,
                .from = from_,
                .count = plan.windows()}) {
  if (plan.antagonist) antagonist_.emplace(*plan.antagonist, antagonist_place());
  crew_.emplace(crew_options());
  crew_->wait_until_ready();
  reset_peak_memory();
}

Snapshot StepRun::snapshot() const {
  return {
      .io = counting_.counts(), .timing = timing_.counts(), .cpu_seconds = process_cpu_seconds()};
}

AntagonistPlace StepRun::antagonist_place() {
  const int threads = setup_.configuration.threads;
  return {.store = &store_,
          .data = &data_,
          .database = database_,
          .vfs = timing_.name(),
          .set = setup_.configuration.set,
          .scratch_file = directory_.file("copy.db"),
          .number = threads,
          .threads = threads + 1};
}

LoadCrewOptions StepRun::crew_options() {
  const int threads = setup_.configuration.threads;
  LoadCrewOptions options{.client = {.store = &store_,
                                     .data = &data_,
                                     .keys = &keys_,
                                     .mix = &setup_.mix,
                                     .thread = 0,
                                     .threads = threads + 1},
                          .threads = threads,
                          .arrivals = &arrivals_,
                          .clock = &clock_,
                          .windows = &windows_,
                          .measured_from = from_,
                          .timeout = from_seconds(plan_.timeout_ms / 1e3)};
  if (plan_.stall) {
    const LoadTime stall = from_ + from_seconds(plan_.stall->at_s);
    options.stall = {.from = stall, .to = stall + from_seconds(plan_.stall->duration_ms / 1e3)};
  }
  return options;
}

bool StepRun::measure(const StepProgress& progress) {
  clock_.start_in(kUntilTheFirst);
  if (antagonist_) antagonist_->start(clock_.zero() + from_);
  crew_->go();
  bool wanted = true;
  bool answered = false;
  // The schedule has its time also when nothing more is due: others are at work.
  while (!answered || (clock_.now() < end_of_schedule() && !crew_->stopped())) {
    const LoadTime next = std::max(next_look(), clock_.now() + milliseconds(1));
    if (answered) clock_.sleep_until(next);
    answered = crew_->wait_done(clock_.zero() + next);
    if (!look_around(progress)) wanted = false;
    if (!wanted || interrupted()) crew_->stop();
  }
  if (!begin_) window_begin_ = begin_.emplace(snapshot());
  end_ = snapshot();
  if (steal_) steal_percent_ = steal_->percent();
  if (antagonist_) antagonist_->stop();
  throw_if_interrupted();
  return wanted;
}

LoadTime StepRun::next_look() {
  const LoadTime soon = clock_.now() + kBetweenLooks;
  if (!begin_) return std::min(soon, from_);
  const auto ended = static_cast<std::int64_t>(window_io_.size());
  if (ended == plan_.windows() - 1) return soon;  // the last one ends with the last answer
  return std::min(soon, from_ + window_ * (ended + 1));
}

bool StepRun::look_around(const StepProgress& progress) {
  const LoadTime now = clock_.now();
  if (!begin_ && now >= from_) {
    window_begin_ = begin_.emplace(snapshot());
    steal_.emplace();
  }
  if (begin_) close_windows(now);
  if (now < next_report_) return true;
  next_report_ = now + kBetweenReports;
  return progress(to_seconds(now), windows_.completed());
}

void StepRun::close_windows(LoadTime now) {
  const std::int64_t ended = std::min((now - from_) / window_, plan_.windows() - 1);
  if (static_cast<std::int64_t>(window_io_.size()) >= ended) return;
  windows_.close_until(now);
  const Snapshot here = snapshot();
  const IoCounts since = here.io - window_begin_.io;
  const std::int64_t wal_bytes = bytes_of_file(database_ + "-wal");
  window_io_.push_back(
      {.wal_bytes = wal_bytes, .checkpoints = since.checkpoints, .syncs = since.syncs()});
  // One that was slept through has no figures of its own: they are in the one before it.
  while (static_cast<std::int64_t>(window_io_.size()) < ended) {
    window_io_.push_back({.wal_bytes = wal_bytes});
  }
  window_begin_ = here;
}

}  // namespace pragmark

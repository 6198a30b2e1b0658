#include "pragmark/bench/load/step.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "load_crew.h"
#include "pragmark/bench/load/clock.h"
#include "pragmark/bench/scratch_store.h"
#include "pragmark/store.h"
#include "pragmark/verify/environment.h"
#include "pragmark/verify/interrupt.h"
#include "process_usage.h"

namespace pragmark {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kUntilTheFirst{20};  // every thread is awake when the schedule begins
constexpr milliseconds kBetweenLooks{100};  // at the interrupt flag, which wakes nobody
constexpr milliseconds kBetweenReports{500};

LoadTime from_seconds(double seconds) {
  return std::chrono::duration_cast<LoadTime>(std::chrono::duration<double>(seconds));
}

double to_seconds(LoadTime time) { return std::chrono::duration<double>(time).count(); }

std::int64_t file_bytes(const std::string& path) {
  std::error_code none;
  const auto bytes = std::filesystem::file_size(path, none);
  return none ? 0 : static_cast<std::int64_t>(bytes);
}

std::int64_t window_count(const StepPlan& plan) {
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::ceil(plan.duration_s * 1e3 / plan.window_ms - 1e-9)));
}

// What is measured of the process and its files between two moments.
struct Snapshot {
  IoCounts io;
  TimingCounts timing;
  double cpu_seconds;
};

}  // namespace

// Members are destroyed in the reverse order: threads before the store, the store before the layers
// that it uses, all before the directory is removed.
class LoadRun {
 public:
  LoadRun(const LoadSetup& setup, const LoadData& data, const Keys& keys, const StepPlan& plan,
          const ScratchDirectory& scratch, const std::string& filled);

  // False when nobody wants the result any more.
  bool measure(const StepProgress& progress);
  LoadStep result();

 private:
  [[nodiscard]] LoadCrewOptions crew_options();
  [[nodiscard]] AntagonistPlace antagonist_place() const;
  [[nodiscard]] Snapshot snapshot() const {
    return {
        .io = counting_.counts(), .timing = timing_.counts(), .cpu_seconds = process_cpu_seconds()};
  }
  [[nodiscard]] LoadTime end_of_schedule() const { return from_ + from_seconds(plan_.duration_s); }
  [[nodiscard]] LoadTime next_look();
  bool look_around(const StepProgress& progress);
  void close_windows(LoadTime now);
  void check(LoadStep& step);
  void throw_failures();
  void describe_checkpoints(LoadStep& step) const;
  [[nodiscard]] AddedCount count_rows(const LoadTally& tally, std::int64_t by_antagonist);

  const LoadSetup& setup_;
  const LoadData& data_;
  const Keys& keys_;
  const StepPlan plan_;
  const LoadTime from_;
  const LoadTime window_;
  const ScratchDirectory directory_;
  const std::string database_;
  CountingVfs counting_;
  TimingVfs timing_;
  Store store_;
  SystemLoadClock clock_;
  Arrivals arrivals_;
  LoadWindows windows_;
  std::optional<Antagonist> antagonist_;
  std::optional<LoadCrew> crew_;
  std::optional<StealMeter> steal_;
  std::optional<double> steal_percent_;
  std::optional<Snapshot> begin_;  // of what is measured
  Snapshot window_begin_;
  Snapshot end_;
  std::vector<WindowIo> window_io_;
  LoadTime next_report_{0};
};

namespace {

std::string copied(const std::string& filled, const std::string& target) {
  copy_database(filled, target);
  return target;
}

}  // namespace

LoadRun::LoadRun(const LoadSetup& setup, const LoadData& data, const Keys& keys,
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
                .count = window_count(plan)}) {
  if (plan.antagonist) antagonist_.emplace(*plan.antagonist, antagonist_place());
  crew_.emplace(crew_options());
  crew_->wait_until_ready();
  reset_peak_memory();
}

AntagonistPlace LoadRun::antagonist_place() const {
  const int threads = setup_.configuration.threads;
  return {.store = const_cast<Store*>(&store_),
          .data = &data_,
          .database = database_,
          .vfs = timing_.name(),
          .set = setup_.configuration.set,
          .scratch_file = directory_.file("copy.db"),
          .number = threads,
          .threads = threads + 1};
}

LoadCrewOptions LoadRun::crew_options() {
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

bool LoadRun::measure(const StepProgress& progress) {
  clock_.start_in(kUntilTheFirst);
  if (antagonist_) antagonist_->start(clock_.zero() + from_);
  crew_->go();
  bool wanted = true;
  bool answered = false;
  // The schedule has its time also when nothing more is due: others are at work.
  while (!answered || (clock_.now() < end_of_schedule() && wanted && !interrupted())) {
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

LoadTime LoadRun::next_look() {
  const auto windows = static_cast<std::int64_t>(window_io_.size());
  return std::min(clock_.now() + kBetweenLooks, begin_ ? from_ + window_ * (windows + 1) : from_);
}

bool LoadRun::look_around(const StepProgress& progress) {
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

void LoadRun::close_windows(LoadTime now) {
  const std::int64_t ended = std::min((now - from_) / window_, window_count(plan_) - 1);
  if (static_cast<std::int64_t>(window_io_.size()) >= ended) return;
  windows_.close_until(now);
  const Snapshot here = snapshot();
  const IoCounts since = here.io - window_begin_.io;
  const std::int64_t wal_bytes = file_bytes(database_ + "-wal");
  window_io_.push_back(
      {.wal_bytes = wal_bytes, .checkpoints = since.checkpoints, .syncs = since.syncs()});
  // One that was slept through has no figures of its own: they are in the one before it.
  while (static_cast<std::int64_t>(window_io_.size()) < ended) {
    window_io_.push_back({.wal_bytes = wal_bytes});
  }
  window_begin_ = here;
}

void LoadRun::throw_failures() {
  if (const std::exception_ptr failure = crew_->failure()) std::rethrow_exception(failure);
  if (const LoadTally tally = crew_->tally(); tally.wrong_rows > 0) {
    throw std::runtime_error(fmt::format("{} of {} requests did not return what was asked for",
                                         tally.wrong_rows, tally.sent));
  }
}

AddedCount LoadRun::count_rows(const LoadTally& tally, std::int64_t by_antagonist) {
  AddedCount rows{.expected =
                      data_.topics().rows() + data_.documents() + data_.posts() + by_antagonist};
  for (std::size_t i = 0; i < tally.operations.size(); ++i) {
    if (setup_.mix.parts()[i].operation->adds == AddedRows::None) continue;
    rows.expected += tally.operations[i].acknowledged;
  }
  rows.found = store_.count<Topic>() + store_.count<Document>() + store_.count<BlogPost>();
  return rows;
}

void LoadRun::check(LoadStep& step) {
  const std::int64_t by_antagonist = step.antagonist ? step.antagonist->topics : 0;
  step.rows = count_rows(step.tally, by_antagonist);
  if (step.rows.found != step.rows.expected) {
    throw std::runtime_error(
        fmt::format("{} rows found, {} expected (initial ones and acknowledged inserts)",
                    step.rows.found, step.rows.expected));
  }
  const std::vector<std::string> findings = store_.check();
  if (!findings.empty()) throw std::runtime_error("database check: " + findings.front());
  const LoadTally& tally = step.tally;
  if (tally.failed > 0 && tally.succeeded() == 0) {
    throw std::runtime_error(
        fmt::format("no request of {} succeeded: {}", tally.sent, step.first_error));
  }
}

void LoadRun::describe_checkpoints(LoadStep& step) const {
  for (const CheckpointSpan& one : timing_.longest_checkpoints()) {
    const LoadTime begin = one.begin - clock_.zero() - from_;
    if (begin + one.took < LoadTime(0)) continue;  // in the warm-up
    step.checkpoint_stalls.push_back(
        {.begin_s = to_seconds(begin), .took_ms = to_seconds(one.took) * 1e3});
  }
}

LoadStep LoadRun::result() {
  throw_failures();
  LoadStep step{.plan = plan_, .tally = crew_->tally(), .first_error = crew_->first_error()};
  const LoadTally& tally = step.tally;
  if (antagonist_) step.antagonist = antagonist_->report();
  step.seconds = plan_.duration_s;
  if (tally.sent > 0) {
    step.seconds = std::max(step.seconds, to_seconds(tally.last_end - tally.first_start));
  }
  for (const OperationTally& one : tally.operations) {
    step.latencies.merge(one.latencies);
    step.service.merge(one.service);
  }
  const auto timeout_ns = static_cast<std::uint64_t>(plan_.timeout_ms * 1e6);
  if (tally.not_sent > 0) {
    step.latencies.add(LatencyHistogram::bucket_of(timeout_ns),
                       static_cast<std::uint64_t>(tally.not_sent), timeout_ns);
  }
  step.io = end_.io - begin_->io;
  step.timing = end_.timing - begin_->timing;
  step.lock_waits_known = setup_.configuration.strategy.starts_with("per-thread") ||
                          setup_.configuration.strategy.starts_with("open-per-op");
  step.cpu_seconds = end_.cpu_seconds - begin_->cpu_seconds;
  step.peak_memory_bytes = peak_memory_bytes();
  step.steal_percent = steal_percent_;
  step.windows = windows_.finish();
  const IoCounts rest = end_.io - window_begin_.io;
  window_io_.push_back({.wal_bytes = file_bytes(database_ + "-wal"),
                        .checkpoints = rest.checkpoints,
                        .syncs = rest.syncs()});
  window_io_.resize(step.windows.size());
  step.window_io = window_io_;
  describe_checkpoints(step);
  step.wal_limit_exceeded =
      plan_.wal_limit_bytes &&
      step.io.wal_bytes_max > static_cast<std::uint64_t>(*plan_.wal_limit_bytes);
  check(step);
  return step;
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

std::int64_t LoadBench::database_bytes() const { return file_bytes(filled_); }

std::optional<LoadStep> LoadBench::run(const StepPlan& plan, const StepProgress& progress) {
  LoadRun run(setup_, data_, keys_, plan, scratch_, filled_);
  if (!run.measure(progress)) return std::nullopt;
  return run.result();
}

}  // namespace pragmark

// One load on a fresh database: warm up, run a schedule, count, check the answers.
//
//   LoadBench bench(scratch, setup, progress);       // fills a database once
//   LoadStep step = bench.run({.rate = 5'000, .duration = 10s}, told);
//
// 1. The filled database is copied, the store is opened, every thread opens its connections with
//    the PRAGMA set proven on each, one after the other.
// 2. The schedule begins. What is due in the warm-up is made and not counted.
// 3. When the schedule has ended and every thread has its last answer, the clock stops.
// 4. The answers are checked: no wrong row; rows of every table as many as were there and
//    acknowledged; integrity_check and foreign_key_check clean. A fault is an error, not a figure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pragmark/bench/configuration.h"
#include "pragmark/bench/load/antagonist.h"
#include "pragmark/bench/load/arrivals.h"
#include "pragmark/bench/load/data.h"
#include "pragmark/bench/load/keys.h"
#include "pragmark/bench/load/mix.h"
#include "pragmark/bench/load/tally.h"
#include "pragmark/bench/load/windows.h"
#include "pragmark/counting_vfs.h"
#include "pragmark/timing_vfs.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {

// What all steps of a program have in common.
struct LoadSetup {
  Configuration configuration;  // set, strategy, threads, rows, payload
  Mix mix;
  KeyOptions keys;
  std::uint64_t seed;
  std::chrono::microseconds sync_delay{0};
};

struct StallPlan {
  double at_s = 0;  // from the beginning of what is measured
  double duration_ms = 0;
};

struct StepPlan {
  std::optional<double> rate = {};  // requests/s; empty when closed
  ArrivalKind arrivals = ArrivalKind::Constant;
  double duration_s = 10;
  double warmup_s = 0;
  double timeout_ms = 1000;
  double window_ms = 1000;
  std::uint64_t seed = 0;
  std::optional<std::int64_t> wal_limit_bytes = {};
  std::optional<AntagonistPlan> antagonist = {};
  std::optional<StallPlan> stall = {};

  [[nodiscard]] std::int64_t windows() const noexcept;  // the last of them may be shorter
};

// The machine's side of a window; the other side is WindowSummary.
struct WindowIo {
  std::int64_t wal_bytes = 0;  // size of the WAL file at its end
  std::uint64_t checkpoints = 0;
  std::uint64_t syncs = 0;
};

struct CheckpointStall {
  double begin_s;  // from the beginning of what is measured; may lie before it
  double took_ms;
};

struct AddedCount {
  std::int64_t expected = 0;  // rows of the tables that the load may insert into
  std::int64_t found = 0;
};

struct LoadStep {
  StepPlan plan;
  double seconds = 0;  // as seconds_of() has it
  LoadTally tally{0};
  LatencyHistogram latencies;  // of all operations, and those that were not sent as the timeout
  LatencyHistogram service;
  IoCounts io;
  TimingCounts timing;
  bool lock_waits_known = false;  // the strategy leaves waiting to SQLite
  double cpu_seconds = 0;
  std::int64_t peak_memory_bytes = 0;
  std::optional<double> steal_percent;
  std::vector<WindowSummary> windows;
  std::vector<WindowIo> window_io;  // as many
  std::vector<CheckpointStall> checkpoint_stalls;
  bool wal_limit_exceeded = false;
  std::optional<AntagonistReport> antagonist;
  AddedCount rows;
  std::string first_error;  // of the failed requests; empty when there are none

  [[nodiscard]] double offered_per_second() const noexcept;
  [[nodiscard]] double achieved_per_second() const noexcept;  // in time
  [[nodiscard]] double answered_per_second() const noexcept;  // in time or late
  // More than 1% of the intended requests were not sent or timed out, or less than 97% of the
  // offered rate was achieved. A closed load never is.
  [[nodiscard]] bool saturated() const noexcept;
};

// That the measured requests took, at least the planned ones. In an open load it is how long
// threads began with requests: how long one of them takes says nothing of how many are done a
// second.
[[nodiscard]] double seconds_of(const StepPlan& plan, const LoadTally& tally) noexcept;

// Called about twice a second with the seconds since the schedule began and the requests that
// succeeded in time; false when nobody wants the result any more.
using StepProgress = std::function<bool(double elapsed_s, std::int64_t completed)>;

// Owns:    the filled database, in a directory of its own, and what it is made of.
// Threads: one thread at a time, and one in a process: it measures the process.
// Errors:  the constructor and run() throw Error, Interrupted, or std::runtime_error when an answer
//          or the database does not hold what it should.
class LoadBench {
 public:
  LoadBench(const ScratchDirectory& scratch, LoadSetup setup, const LoadData::Progress& progress);

  // Empty when nobody wants the result any more.
  [[nodiscard]] std::optional<LoadStep> run(const StepPlan& plan, const StepProgress& progress);
  [[nodiscard]] const LoadSetup& setup() const noexcept { return setup_; }
  // Of the filled database.
  [[nodiscard]] std::int64_t database_bytes() const;

 private:
  const ScratchDirectory& scratch_;
  const LoadSetup setup_;
  const Dataset topics_;
  const LoadData data_;
  const Keys keys_;
  const ScratchDirectory directory_;
  const std::string filled_;
};

}  // namespace pragmark

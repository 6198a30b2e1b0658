// One step while it runs: its database, its threads and what is counted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "load_crew.h"
#include "pragmark/bench/load/clock.h"
#include "pragmark/bench/load/step.h"
#include "pragmark/store.h"
#include "pragmark/verify/environment.h"

namespace pragmark {

[[nodiscard]] inline LoadTime from_seconds(double seconds) {
  return std::chrono::duration_cast<LoadTime>(std::chrono::duration<double>(seconds));
}
[[nodiscard]] inline double to_seconds(LoadTime time) {
  return std::chrono::duration<double>(time).count();
}
// 0 when there is no such file.
[[nodiscard]] std::int64_t bytes_of_file(const std::string& path);

// What the process and its files have done until a moment.
struct Snapshot {
  IoCounts io;
  TimingCounts timing;
  double cpu_seconds = 0;
};

// Owns:    the copy of the database and all that is at work on it; removes it on destruction.
// Threads: one thread at a time.
// Errors:  as LoadBench::run().
//
// Members are destroyed in the reverse order: threads before the store, the store before the layers
// that it uses, all before the directory is removed.
class StepRun {
 public:
  StepRun(const LoadSetup& setup, const LoadData& data, const Keys& keys, const StepPlan& plan,
          const ScratchDirectory& scratch, const std::string& filled);

  // False when nobody wants the result any more.
  bool measure(const StepProgress& progress);
  LoadStep result();

 private:
  [[nodiscard]] LoadCrewOptions crew_options();
  [[nodiscard]] AntagonistPlace antagonist_place();
  [[nodiscard]] Snapshot snapshot() const;
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

}  // namespace pragmark

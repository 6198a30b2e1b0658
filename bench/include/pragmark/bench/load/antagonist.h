// Somebody else at work on the database while a load runs: a thread of its own with a connection of
// its own, from a moment of the load for a while.
//
//   Antagonist other({.kind = AntagonistKind::Vacuum, .start_s = 10, .duration_s = 20}, place);
//   other.start(clock.zero());
//   ..
//   other.stop();
//   AntagonistReport done = other.report();
//
// To add one: its name and its function in the table of antagonist.cc.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>

#include "pragmark/bench/load/data.h"
#include "pragmark/connection.h"
#include "pragmark/pragma_set.h"
#include "pragmark/store.h"

namespace pragmark {

enum class AntagonistKind { LongReader, Backup, Vacuum, BulkWriter };

struct AntagonistPlan {
  AntagonistKind kind = AntagonistKind::LongReader;
  double start_s = 0;  // from the beginning of what is measured
  double duration_s = 0;

  bool operator==(const AntagonistPlan&) const = default;
};

struct AntagonistInfo {
  AntagonistKind kind;
  std::string_view name;
  std::string_view description;
};
[[nodiscard]] std::span<const AntagonistInfo> antagonists() noexcept;
[[nodiscard]] const AntagonistInfo& find_antagonist(AntagonistKind kind) noexcept;
// Throws Error (kind Usage) that lists the known ones.
[[nodiscard]] const AntagonistInfo& find_antagonist(std::string_view name);

// What it did.
struct AntagonistReport {
  std::int64_t rounds = 0;       // transactions, copies or VACUUMs that were completed
  std::int64_t busy_errors = 0;  // rounds that ended for want of a lock
  std::int64_t topics = 0;       // inserted and committed
  // When it was at work, from the beginning of what is measured: a VACUUM that has begun is carried
  // to its end, so it may end later than planned.
  double begin_s = 0;
  double end_s = 0;
};

struct AntagonistPlace {
  Store* store;  // outlives it; never null, nor is `data`
  const LoadData* data;
  std::string database;
  std::string vfs;
  PragmaSet set;
  std::string scratch_file;  // for copies
  int number;                // of its rows among the clients' threads
  int threads;               // with this one
};

// Owns:    its thread.
// Threads: one thread at a time.
// Errors:  report() throws what ended its work otherwise than a lock that could not be had.
class Antagonist {
 public:
  Antagonist(const AntagonistPlan& plan, AntagonistPlace place);
  ~Antagonist();
  Antagonist(const Antagonist&) = delete;
  Antagonist& operator=(const Antagonist&) = delete;

  // `measured_from` is where its plan's times begin.
  void start(std::chrono::steady_clock::time_point measured_from);
  void stop() noexcept;
  // REQUIRES: stop() has returned.
  [[nodiscard]] AntagonistReport report() const;

 private:
  using Clock = std::chrono::steady_clock;

  void work() noexcept;
  void disturb();
  [[nodiscard]] double now_s() const noexcept;
  // False when it is over before.
  bool wait_until(Clock::time_point moment);
  [[nodiscard]] bool over() const noexcept {
    return stopped_.load(std::memory_order_relaxed) || Clock::now() >= end_;
  }
  template <typename Round>
  void repeat(Round round);
  [[nodiscard]] Connection open(ConnectionKind kind) const;
  void read_long();
  void back_up();
  void vacuum();
  void write_in_bulk();

  const AntagonistPlan plan_;
  const AntagonistPlace place_;
  Clock::time_point measured_from_;
  Clock::time_point begin_;
  Clock::time_point end_;
  AntagonistReport report_;
  std::exception_ptr failure_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace pragmark

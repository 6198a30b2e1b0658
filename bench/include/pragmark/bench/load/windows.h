// A series of windows over a load: what ended in each of them, with percentiles.
//
//   LoadWindows windows({.threads = 4, .length = 1s, .from = 2s, .count = 60});
//   windows.record(thread, {.end = now, .latency = 3ms, .in_time = true});   // on the clock
//   windows.close_until(now);                     // every now and then, by one other thread
//   for (const WindowSummary& one : windows.finish()) ...
//
// A request is counted in the window in which it ended or was given up. Memory: a histogram for
// each thread and each window that is not closed yet, 40 bytes for each closed one. Of at most
// kMostWindows windows; what ends after the last one is counted in it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "pragmark/bench/histogram.h"
#include "pragmark/bench/load/arrivals.h"

namespace pragmark {

inline constexpr std::int64_t kMostWindows = 10'000;

struct WindowSummary {
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  double p50_us = 0;  // meaningful when something got an answer
  double p99_us = 0;
  double max_us = 0;
  bool answered = false;
};

struct WindowEntry {
  LoadTime end;
  LoadTime latency{0};  // meaningful when answered
  bool answered = false;
  bool in_time = false;
  std::int64_t count = 1;  // that ended alike, when not answered
};

// Owns:    the counts.
// Threads: record() by each thread with a number of its own, the rest by one other at the same
//          time.
// Errors:  the constructor and close_until() may throw std::bad_alloc.
class LoadWindows {
 public:
  struct Options {
    int threads;
    LoadTime length;
    LoadTime from;  // where the first window begins
    std::int64_t count;
  };
  explicit LoadWindows(const Options& options);

  void record(int thread, const WindowEntry& entry);
  // Windows that lie before `now` take no more; closes them.
  void close_until(LoadTime now);
  // Succeeded so far.
  [[nodiscard]] std::int64_t completed();
  // All of them. REQUIRES: nobody records any more.
  [[nodiscard]] std::vector<WindowSummary> finish();

 private:
  struct Counts {
    LatencyHistogram latencies;
    std::int64_t succeeded = 0;
    std::int64_t failed = 0;
  };
  struct alignas(64) Part {
    std::mutex mutex;  // for its thread and the one that closes; hardly ever contended
    std::int64_t window = 0;
    bool empty = true;
    Counts counts;
    std::int64_t completed = 0;
  };

  [[nodiscard]] std::int64_t window_at(LoadTime time) const noexcept;
  void hand_over(Part& part);
  void close_before(std::int64_t window);

  const Options options_;
  std::vector<std::unique_ptr<Part>> parts_;
  std::mutex mutex_;  // after a part's, never before
  std::map<std::int64_t, Counts> open_;
  std::vector<WindowSummary> closed_;
};

}  // namespace pragmark

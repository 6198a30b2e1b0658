// How far a run is and how long it will still take.
//
//   Progress progress({.total = 108, .sink = write_to_stderr, .rewrites_line = true});
//   progress.advance("mixed/production/per-thread/..");
//
// Repetitions come in random order, so the mean time of those that are done is an honest estimate
// for those that are not.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace pragmark {

// "2 min 5 s", "12 s"; never more precise than an estimate is.
[[nodiscard]] std::string rough_duration(std::chrono::seconds duration);

// Owns:    counts and times.
// Threads: one thread at a time.
// Errors:  what the sink throws.
class Progress {
 public:
  struct Options {
    int total;
    std::function<void(std::string_view)> sink;  // gets text with its line ends
    bool rewrites_line = false;  // a terminal: one line that changes; otherwise plain lines
    std::chrono::milliseconds plain_interval{2000};  // the least time between two plain lines
  };
  explicit Progress(Options options);

  // One repetition is done.
  void advance(std::string_view name);
  // Ends a rewritten line, so that what follows starts on its own.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;

  Options options_;
  int done_ = 0;
  std::size_t line_width_ = 0;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_line_;
};

}  // namespace pragmark

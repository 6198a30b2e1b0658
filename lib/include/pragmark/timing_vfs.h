// A VFS layer that measures how long SQLite waits for the disk and for locks, and that can make
// every sync slower on purpose.
//
//   TimingVfs vfs({.below = counting.name(), .sync_delay = std::chrono::microseconds(500)});
//   Store store({.path = "app.db", .vfs = vfs.name()});
//   store.insert(topic);
//   vfs.counts().wal_sync_time;
//
// The delay is slept after the real sync, and is part of what is measured: to SQLite it is a slower
// disk. Data, locking and the order of calls are unchanged.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace pragmark {

struct TimingCounts {
  std::chrono::nanoseconds wal_sync_time{0};
  std::chrono::nanoseconds main_sync_time{0};
  std::chrono::nanoseconds other_sync_time{0};  // of rollback journals and temporary files
  // What SQLite's busy handler slept, waiting for a lock of another connection.
  std::chrono::nanoseconds lock_wait_time{0};
  std::uint64_t lock_waits = 0;   // sleeps
  std::uint64_t sync_delays = 0;  // sleeps

  [[nodiscard]] std::chrono::nanoseconds sync_time() const noexcept {
    return wal_sync_time + main_sync_time + other_sync_time;
  }
  [[nodiscard]] TimingCounts operator-(const TimingCounts& earlier) const noexcept;
};

// A checkpoint that copied frames: from its sync of the WAL to its sync of the database.
struct CheckpointSpan {
  std::chrono::steady_clock::time_point begin;
  std::chrono::nanoseconds took;
};

// Owns:    its registration with SQLite. Must outlive every connection that uses it.
// Threads: every member may be called by any number of threads at once.
// Errors:  the constructor throws Error when SQLite refuses the registration.
class TimingVfs {
 public:
  struct Options {
    std::string below = {};  // name of a registered VFS; empty for SQLite's default
    std::chrono::microseconds sync_delay{0};
    // Where time comes from, on any thread; a test brings its own.
    std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
    std::function<void(std::chrono::microseconds)> sleep = [](std::chrono::microseconds time) {
      std::this_thread::sleep_for(time);
    };
  };
  explicit TimingVfs(const Options& options);
  ~TimingVfs();
  TimingVfs(const TimingVfs&) = delete;
  TimingVfs& operator=(const TimingVfs&) = delete;

  [[nodiscard]] const std::string& name() const noexcept;
  [[nodiscard]] TimingCounts counts() const noexcept;
  // The longest ones, in the order of time; of more than kMostCheckpoints the shortest are gone.
  [[nodiscard]] std::vector<CheckpointSpan> longest_checkpoints() const;
  static constexpr std::size_t kMostCheckpoints = 1000;

  class Layer;

 private:
  std::unique_ptr<Layer> layer_;
};

}  // namespace pragmark

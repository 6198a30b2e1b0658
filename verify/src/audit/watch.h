// Keeps an audit from hanging: a limit for each check, Ctrl-C, and progress now and then.
//
//   if (watch.run(handle, "quick_check", limit, [&] { .. }) == Outcome::TimedOut) ..
//
// SQLite looks at its interrupt flag within long operations, but calls a progress handler only
// between instructions, and one instruction may read all of a gigabyte. So the reads tick as well.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "pragmark/function_ref.h"

struct sqlite3;

namespace pragmark::inspect {

enum class Outcome { Done, TimedOut };

// Owns:    nothing.
// Threads: one thread at a time.
// Errors:  run() throws what the work throws, and Interrupted.
class Watch {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Watch(std::function<void(std::string_view)> progress) : progress_(std::move(progress)) {}
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Runs the work under a limit; none when `limit` is empty. SQL on `handle` that is still running
  // then ends with SQLITE_INTERRUPT, which is not an error here.
  [[nodiscard]] Outcome run(sqlite3* handle, std::string_view what,
                            std::optional<std::chrono::milliseconds> limit,
                            FunctionRef<void()> work);
  // Called for every read.
  void tick(std::size_t bytes) noexcept;
  // For loops of our own: stop when true.
  [[nodiscard]] bool stop() noexcept;

 private:
  void look() noexcept;

  std::function<void(std::string_view)> progress_;
  sqlite3* handle_ = nullptr;
  std::string what_ = "read the WAL";  // which is read before anything is run
  Clock::time_point deadline_ = Clock::time_point::max();
  Clock::time_point last_progress_ = Clock::now();
  std::uint64_t bytes_ = 0;
  std::uint64_t bytes_at_next_look_ = 0;
  bool stop_ = false;
};

}  // namespace pragmark::inspect

// The clock of a load: the time since its schedule began, and waiting for a moment of it.
//
//   SystemLoadClock clock;
//   clock.start_in(20ms);
//   clock.sleep_until(500ms);
//
// Tests put a clock of their own in its place, on which time passes as they say.
#pragma once

#include <chrono>

#include "pragmark/bench/load/arrivals.h"

namespace pragmark {

// Owns:    nothing.
// Threads: every member may be called by any number of threads at once.
// Errors:  none.
class LoadClock {
 public:
  LoadClock() = default;
  virtual ~LoadClock() = default;
  LoadClock(const LoadClock&) = delete;
  LoadClock& operator=(const LoadClock&) = delete;

  [[nodiscard]] virtual LoadTime now() noexcept = 0;
  // Returns at once when the moment has passed.
  virtual void sleep_until(LoadTime moment) noexcept = 0;
  // Time of the processor that the calling thread has used, from any beginning.
  [[nodiscard]] virtual std::chrono::nanoseconds thread_cpu() noexcept = 0;
};

// Sleeps in the kernel, to an absolute time. It does not spin at the end of a sleep: there are more
// threads than processors as a rule, and one that spins takes the processor from a request. How
// late threads wake up is measured instead (see load/tally.h).
class SystemLoadClock final : public LoadClock {
 public:
  // Until then it shows negative times.
  void start_in(std::chrono::nanoseconds time) noexcept {
    zero_ = std::chrono::steady_clock::now() + time;
  }
  [[nodiscard]] std::chrono::steady_clock::time_point zero() const noexcept { return zero_; }

  [[nodiscard]] LoadTime now() noexcept override {
    return std::chrono::steady_clock::now() - zero_;
  }
  void sleep_until(LoadTime moment) noexcept override;
  [[nodiscard]] std::chrono::nanoseconds thread_cpu() noexcept override;

 private:
  std::chrono::steady_clock::time_point zero_ = std::chrono::steady_clock::now();
};

// The kernel may wake sleepers of this thread, and of threads that it starts from now on, 50 us
// late on purpose; from now on it does not.
void ask_for_exact_sleeps() noexcept;

}  // namespace pragmark

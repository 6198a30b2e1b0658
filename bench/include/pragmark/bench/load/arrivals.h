// When requests are due: one schedule, from which every thread that is free takes the next arrival.
//
//   Arrivals arrivals({.kind = ArrivalKind::Poisson, .rate = 5'000, .end = 10s});
//   while (std::optional<Arrival> due = arrivals.next(now)) ...
//
// No arrival belongs to a thread before that thread is free, so no request waits for a busy thread
// while another one is idle. Nothing is stored for an arrival, whatever the rate:
//   constant  the k-th is due at k/rate; what is shared is k.
//   Poisson   what is shared is the time of the next arrival. The gap after it is exponential,
//             made from a random number that the seed and that time decide.
//   closed    due at once, as fast as threads ask; what is shared is a count.
// An arrival carries random bits of its own, which decide what is asked for: the same seed asks for
// the same at the same time, whichever thread does it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace pragmark {

enum class ArrivalKind { Constant, Poisson, Closed };

// The time since the schedule began; see LoadClock.
using LoadTime = std::chrono::nanoseconds;

struct Arrival {
  LoadTime intended;
  std::uint64_t bits;
};

inline constexpr double kLowestRate = 1e-3;  // requests/s
inline constexpr double kHighestRate = 1e9;

// Owns:    the place in the schedule.
// Threads: every member may be called by any number of threads at once.
// Errors:  none.
class Arrivals {
 public:
  struct Options {
    ArrivalKind kind = ArrivalKind::Constant;
    double rate = 1;  // requests/s; not looked at when closed
    std::uint64_t seed = 0;
    LoadTime measured_from{0};  // where give_up() begins to count
    LoadTime end{0};            // excluded
  };
  // REQUIRES: kLowestRate <= rate <= kHighestRate unless closed; 0 <= measured_from <= end.
  explicit Arrivals(const Options& options) noexcept;

  // The first arrival that nobody has taken, due or not; empty at the end of the schedule.
  [[nodiscard]] std::optional<Arrival> next(LoadTime now) noexcept;

  // Passes over arrivals due before `before` that nobody has taken, and returns how many of them
  // are due at measured_from or later. Takes the same time however many there are. Of a Poisson
  // schedule short backlogs are left for next(), and of a long one the number is drawn, not
  // counted: the process has no memory, so that it may begin anew at any time.
  [[nodiscard]] std::uint64_t give_up(LoadTime before) noexcept;

 private:
  [[nodiscard]] std::int64_t gap_after(std::int64_t at_ps) const noexcept;
  [[nodiscard]] std::uint64_t give_up_constant(std::int64_t before_ps) noexcept;
  [[nodiscard]] std::uint64_t give_up_poisson(std::int64_t before_ps) noexcept;
  [[nodiscard]] std::uint64_t number_at(std::int64_t at_ps) const noexcept;

  const Options options_;
  const double period_ps_;
  const std::int64_t from_ps_;  // in picoseconds, which nanoseconds are too coarse for at 1e9/s
  const std::int64_t end_ps_;
  // Constant, closed: the number of the next arrival. Poisson: its time in picoseconds.
  std::atomic<std::int64_t> next_;
};

}  // namespace pragmark

#include "pragmark/bench/load/clock.h"

#include <sys/prctl.h>

#include <cerrno>
#include <ctime>

namespace pragmark {
namespace {

constexpr std::chrono::nanoseconds kShortestSleep{5'000};  // what going to sleep itself takes

}  // namespace

void SystemLoadClock::sleep_until(LoadTime moment) noexcept {
  const LoadTime left = moment - now();
  if (left.count() <= 0) return;
  if (left < kShortestSleep) {
    while (now() < moment) {
    }
    return;
  }
  // std::chrono::steady_clock is CLOCK_MONOTONIC here.
  const std::chrono::nanoseconds until = (zero_ + moment).time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(until);
  const timespec deadline = {.tv_sec = seconds.count(), .tv_nsec = (until - seconds).count()};
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nullptr) == EINTR) {
  }
}

std::chrono::nanoseconds SystemLoadClock::thread_cpu() noexcept {
  timespec used = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

void ask_for_exact_sleeps() noexcept { static_cast<void>(::prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)); }

}  // namespace pragmark

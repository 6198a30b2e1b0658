#include "pragmark/bench/busy_loop.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

#include "pragmark/assert.h"

namespace pragmark {
namespace {

constexpr std::int64_t kTrialIterations = 200'000;  // some tenths of a millisecond
constexpr std::size_t kTrials = 9;                  // one that was interrupted does not count

double iterations_per_ns() {
  using Clock = std::chrono::steady_clock;
  std::array<double, kTrials> rates{};
  for (double& rate : rates) {
    const Clock::time_point start = Clock::now();
    spin(kTrialIterations);
    const std::chrono::duration<double, std::nano> elapsed = Clock::now() - start;
    rate = static_cast<double>(kTrialIterations) / std::max(elapsed.count(), 1.0);
  }
  std::ranges::nth_element(rates, rates.begin() + kTrials / 2);
  return rates[kTrials / 2];
}

class BusyClient final : public Client {
 public:
  BusyClient(std::unique_ptr<Client> client, std::int64_t iterations)
      : client_(std::move(client)), iterations_(iterations) {}

  Outcome run() override {
    spin(iterations_);
    return client_->run();
  }
  Started start() override {
    spin(iterations_);
    return client_->start();
  }

 private:
  std::unique_ptr<Client> client_;
  std::int64_t iterations_;
};

}  // namespace

std::uint64_t spin(std::int64_t iterations) noexcept {
  std::uint64_t value = 1;
  for (std::int64_t i = 0; i < iterations; ++i) {
    value = value * 6364136223846793005U + 1442695040888963407U;
    // The compiler must believe that the value is looked at here, so it can neither leave an
    // iteration out nor work several out at once.
    asm volatile("" : "+r"(value));
  }
  return value;
}

std::int64_t busy_iterations(double nanoseconds) {
  PRAGMARK_ASSERT(nanoseconds >= 0 && nanoseconds <= kMostBusyNs);
  if (nanoseconds == 0) return 0;
  return std::max<std::int64_t>(1, std::llround(nanoseconds * iterations_per_ns()));
}

std::unique_ptr<Client> make_busy(std::unique_ptr<Client> client, std::int64_t iterations) {
  PRAGMARK_ASSERT(iterations > 0);
  return std::make_unique<BusyClient>(std::move(client), iterations);
}

}  // namespace pragmark

#include "pragmark/bench/load/arrivals.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pragmark/assert.h"
#include "pragmark/bench/random.h"

namespace pragmark {
namespace {

constexpr std::int64_t kPsPerNs = 1000;
constexpr double kPsPerSecond = 1e12;
// A Poisson backlog of fewer is walked through, at some 30 ns each.
constexpr double kShortBacklog = 1024;
constexpr std::uint64_t kGapStream = 0x676170;  // apart from the bits that arrivals carry
constexpr std::uint64_t kSkipStream = 0x736b6970;

// 0 excluded, 1 excluded.
double uniform(std::uint64_t bits) noexcept {
  return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53;
}

// Poisson-distributed; of so large a mean the normal distribution is as good.
std::uint64_t draw_count(double mean, std::uint64_t bits) noexcept {
  const double radius = std::sqrt(-2 * std::log(uniform(bits)));
  const double normal = radius * std::cos(2 * std::numbers::pi * uniform(mix64(bits + 1)));
  return static_cast<std::uint64_t>(std::llround(std::max(0.0, mean + std::sqrt(mean) * normal)));
}

}  // namespace

Arrivals::Arrivals(const Options& options) noexcept
    : options_(options),
      period_ps_(kPsPerSecond / options.rate),
      from_ps_(options.measured_from.count() * kPsPerNs),
      end_ps_(options.end.count() * kPsPerNs),
      next_(options.kind == ArrivalKind::Poisson ? gap_after(-1) : 0) {
  PRAGMARK_ASSERT(options.measured_from.count() >= 0 && options.measured_from <= options.end);
  PRAGMARK_ASSERT(options.kind == ArrivalKind::Closed ||
                  (options.rate >= kLowestRate && options.rate <= kHighestRate));
}

// Never 0: the time would stand still.
std::int64_t Arrivals::gap_after(std::int64_t at_ps) const noexcept {
  const std::uint64_t bits =
      mix64(mix64(options_.seed ^ kGapStream) + static_cast<std::uint64_t>(at_ps));
  return std::max<std::int64_t>(1, std::llround(-std::log(uniform(bits)) * period_ps_));
}

// Of a constant schedule: the first arrival at this time or later.
std::uint64_t Arrivals::number_at(std::int64_t at_ps) const noexcept {
  return static_cast<std::uint64_t>(std::ceil(static_cast<double>(at_ps) / period_ps_));
}

std::optional<Arrival> Arrivals::next(LoadTime now) noexcept {
  const auto bits_of = [&](std::int64_t place) {
    return mix64(mix64(options_.seed) + static_cast<std::uint64_t>(place) * kGoldenGamma);
  };
  if (options_.kind != ArrivalKind::Poisson) {
    if (options_.kind == ArrivalKind::Closed && now >= options_.end) return std::nullopt;
    const std::int64_t number = next_.fetch_add(1, std::memory_order_relaxed);
    if (options_.kind == ArrivalKind::Closed) return Arrival{now, bits_of(number)};
    const auto at_ps = static_cast<std::int64_t>(static_cast<double>(number) * period_ps_);
    if (at_ps >= end_ps_) return std::nullopt;
    return Arrival{LoadTime(at_ps / kPsPerNs), bits_of(number)};
  }
  std::int64_t at_ps = next_.load(std::memory_order_relaxed);
  do {
    if (at_ps >= end_ps_) return std::nullopt;
  } while (
      !next_.compare_exchange_weak(at_ps, at_ps + gap_after(at_ps), std::memory_order_relaxed));
  return Arrival{LoadTime(at_ps / kPsPerNs), bits_of(at_ps)};
}

std::uint64_t Arrivals::give_up(LoadTime before) noexcept {
  const std::int64_t before_ps = std::min(before, options_.end).count() * kPsPerNs;
  switch (options_.kind) {
    case ArrivalKind::Constant: return give_up_constant(before_ps);
    case ArrivalKind::Poisson: return give_up_poisson(before_ps);
    case ArrivalKind::Closed: return 0;
  }
  return 0;
}

std::uint64_t Arrivals::give_up_constant(std::int64_t before_ps) noexcept {
  const auto target = static_cast<std::int64_t>(number_at(before_ps));
  std::int64_t number = next_.load(std::memory_order_relaxed);
  do {
    if (number >= target) return 0;
  } while (!next_.compare_exchange_weak(number, target, std::memory_order_relaxed));
  const auto counted_from = std::max(number, static_cast<std::int64_t>(number_at(from_ps_)));
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, target - counted_from));
}

std::uint64_t Arrivals::give_up_poisson(std::int64_t before_ps) noexcept {
  std::int64_t at_ps = next_.load(std::memory_order_relaxed);
  do {
    if (static_cast<double>(before_ps - at_ps) < kShortBacklog * period_ps_) return 0;
  } while (!next_.compare_exchange_weak(at_ps, before_ps + gap_after(before_ps),
                                        std::memory_order_relaxed));
  // The one at `at_ps`, and as many as fall between it and `before`.
  const std::int64_t counted_from = std::max(at_ps, from_ps_);
  if (counted_from >= before_ps) return 0;
  const double mean = static_cast<double>(before_ps - counted_from) / period_ps_;
  const std::uint64_t bits =
      mix64(mix64(options_.seed ^ kSkipStream) + static_cast<std::uint64_t>(at_ps));
  return (at_ps >= from_ps_ ? 1 : 0) + draw_count(mean, bits);
}

}  // namespace pragmark

// H(x), the integral of x^-theta, and its inverse are written with expm1 and log1p, so that theta
// near 1, where both become a logarithm, loses no digits.
#include "pragmark/bench/load/keys.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "pragmark/assert.h"
#include "pragmark/error.h"

namespace pragmark {
namespace {

constexpr std::string_view kZipf = "zipf";
constexpr double kNearZero = 1e-8;
constexpr double kGoldenRatio = 0.6180339887498949;

// expm1(x) / x
double expm1_ratio(double x) noexcept {
  return std::abs(x) > kNearZero ? std::expm1(x) / x : 1 + x / 2;
}
// log1p(x) / x
double log1p_ratio(double x) noexcept {
  return std::abs(x) > kNearZero ? std::log1p(x) / x : 1 - x / 2;
}

std::uint64_t step_for(std::uint64_t rows) noexcept {
  auto step = static_cast<std::uint64_t>(static_cast<double>(rows) * kGoldenRatio);
  step = std::max<std::uint64_t>(step, 1);
  while (std::gcd(step, rows) != 1) ++step;
  return step;
}

}  // namespace

KeyOptions KeyOptions::parse(std::string_view text) {
  if (text == "uniform") return {.kind = Kind::Uniform};
  if (text == kZipf) return {.kind = Kind::Zipf};
  double theta = 0;
  if (text.starts_with("zipf:")) {
    const std::string_view number = text.substr(kZipf.size() + 1);
    const auto [end, code] = std::from_chars(number.data(), number.data() + number.size(), theta);
    const bool whole = code == std::errc() && end == number.data() + number.size();
    if (whole && theta >= kLowestTheta && theta <= kHighestTheta) {
      return {.kind = Kind::Zipf, .theta = theta};
    }
  }
  throw Error::usage(fmt::format("keys {}: give uniform, zipf or zipf:THETA with THETA from {} to "
                                 "{}",
                                 text, kLowestTheta, kHighestTheta));
}

std::string KeyOptions::text() const {
  return kind == Kind::Uniform ? "uniform" : fmt::format("zipf:{}", theta);
}

Keys::Keys(const KeyOptions& options, std::int64_t rows) noexcept
    : options_(options),
      rows_(static_cast<std::uint64_t>(rows)),
      step_(step_for(static_cast<std::uint64_t>(rows))) {
  PRAGMARK_ASSERT(rows > 0);
  if (options_.kind == KeyOptions::Kind::Uniform) return;
  integral_first_ = integral(1.5) - 1;
  integral_last_ = integral(static_cast<double>(rows_) + 0.5);
  margin_ = 2 - inverse_integral(integral(2.5) - weight(2));
}

double Keys::integral(double x) const noexcept {
  const double log_x = std::log(x);
  return expm1_ratio((1 - options_.theta) * log_x) * log_x;
}

double Keys::weight(double x) const noexcept { return std::exp(-options_.theta * std::log(x)); }

double Keys::inverse_integral(double x) const noexcept {
  const double t = std::max(x * (1 - options_.theta), -1.0);  // rounding may pass the limit
  return std::exp(log1p_ratio(t) * x);
}

std::uint64_t Keys::draw_rank(SplitMix64& random) const noexcept {
  if (options_.kind == KeyOptions::Kind::Uniform) return random.below(rows_);
  const auto rows = static_cast<double>(rows_);
  for (;;) {
    const double uniform = static_cast<double>(random.next() >> 11) * 0x1p-53;
    const double u = integral_last_ + uniform * (integral_first_ - integral_last_);
    const double x = inverse_integral(u);
    const double k = std::clamp(std::floor(x + 0.5), 1.0, rows);
    if (k - x <= margin_ || u >= integral(k + 0.5) - weight(k)) {
      return static_cast<std::uint64_t>(k) - 1;
    }
  }
}

std::uint64_t Keys::row_of_rank(std::uint64_t rank) const noexcept {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(static_cast<Wide>(rank) * step_ % rows_);
}

std::uint64_t Keys::draw(SplitMix64& random) const noexcept {
  const std::uint64_t rank = draw_rank(random);
  return options_.kind == KeyOptions::Kind::Uniform ? rank : row_of_rank(rank);
}

}  // namespace pragmark

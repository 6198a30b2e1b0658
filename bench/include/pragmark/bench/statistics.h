// What can be said about a median from n repetitions, without assuming a distribution.
//
//   std::optional<Interval> interval = median_interval(rates);      // empty below 6 values
//   Attainment verdict = attainment(rates, 60'000);
//
// The interval is made of two order statistics. The number of values below the true median is
// binomial(n, 1/2), so the chance that the median lies outside [k-th smallest, k-th largest] is
// exactly 2 * P(binomial < k); k is the largest for which that is at most 5%.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace pragmark {

inline constexpr double kConfidence = 0.95;
inline constexpr std::size_t kMinimumForInterval = 6;  // 2 * 2^-5 is more than 5%

struct Interval {
  double low;         // included
  double high;        // included
  double confidence;  // the exact one, at least kConfidence
};

// REQUIRES: values is not empty.
[[nodiscard]] double median(std::vector<double> values);
// Empty when no interval reaches kConfidence: fewer than kMinimumForInterval values.
// REQUIRES: at most 1,000 values.
[[nodiscard]] std::optional<Interval> median_interval(std::vector<double> values);

// Where the interval of the median lies against a target; undecided when there is none.
enum class Attainment { Missed, Undecided, Reached };  // in rising order

[[nodiscard]] std::string_view to_string(Attainment attainment) noexcept;  // "reached"
[[nodiscard]] Attainment attainment(const std::vector<double>& rates, double target);

}  // namespace pragmark

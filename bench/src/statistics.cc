#include "pragmark/bench/statistics.h"

#include <algorithm>
#include <cmath>

#include "pragmark/assert.h"

namespace pragmark {

double median(std::vector<double> values) {
  PRAGMARK_ASSERT(!values.empty());
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

std::optional<Interval> median_interval(std::vector<double> values) {
  const std::size_t n = values.size();
  PRAGMARK_ASSERT(n <= 1000);                        // beyond that 2^-n is no normal double
  double term = std::exp2(-static_cast<double>(n));  // P(binomial(n, 1/2) == i), at first i = 0
  double below = 0;                                  // P(binomial < k)
  double outside = 0;                                // the same for the k that was accepted
  std::size_t k = 0;
  for (std::size_t i = 0; i < n / 2; ++i) {
    below += term;
    if (2 * below > 1 - kConfidence) break;
    k = i + 1;
    outside = 2 * below;
    term *= static_cast<double>(n - i) / static_cast<double>(i + 1);
  }
  if (k == 0) return std::nullopt;
  std::ranges::sort(values);
  return Interval{.low = values[k - 1], .high = values[n - k], .confidence = 1 - outside};
}

std::string_view to_string(Attainment attainment) noexcept {
  switch (attainment) {
    case Attainment::Missed: return "missed";
    case Attainment::Undecided: return "undecided";
    case Attainment::Reached: return "reached";
  }
  return "undecided";
}

Attainment attainment(const std::vector<double>& rates, double target) {
  const std::optional<Interval> interval = median_interval(rates);
  if (!interval) return Attainment::Undecided;
  if (interval->low >= target) return Attainment::Reached;
  if (interval->high < target) return Attainment::Missed;
  return Attainment::Undecided;
}

}  // namespace pragmark

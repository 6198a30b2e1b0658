#include "drift.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "pragmark/assert.h"

namespace pragmark {

double median_of(std::span<const double> values) {
  PRAGMARK_ASSERT(!values.empty());
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

std::optional<Drift> drift_of(std::span<const double> durations) {
  PRAGMARK_ASSERT(durations.size() >= 3);
  const std::size_t third = durations.size() / 3;
  const double median = median_of(durations);
  const double first = median_of(durations.first(third));
  if (median <= 0 || first <= 0) return std::nullopt;
  std::vector<double> deviations;
  deviations.reserve(durations.size());
  for (const double duration : durations) deviations.push_back(std::abs(duration - median));
  // Makes the median absolute deviation of normal values their standard deviation.
  constexpr double kNormal = 1.4826;
  return Drift{.n = durations.size(),
               .robust_cv_percent = 100 * kNormal * median_of(deviations) / median,
               .last_to_first = median_of(durations.last(third)) / first};
}

}  // namespace pragmark

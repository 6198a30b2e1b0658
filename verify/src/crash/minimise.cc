#include "crash/minimise.h"

#include <algorithm>

namespace pragmark::crash {

std::vector<Loss> minimise(std::vector<Loss> losses,
                           FunctionRef<bool(const std::vector<Loss>&)> shows) {
  int trials = 0;
  std::size_t part = std::max<std::size_t>(1, losses.size() / 2);
  while (!losses.empty() && trials < kMostTrials) {
    bool smaller = false;
    for (std::size_t begin = 0; begin < losses.size() && trials < kMostTrials;) {
      std::vector<Loss> without = losses;
      const auto from = without.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto left = without.end() - from;
      without.erase(from, from + std::min(left, static_cast<std::ptrdiff_t>(part)));
      ++trials;
      if (shows(without)) {
        losses = std::move(without);
        smaller = true;
      } else {
        begin += part;
      }
    }
    if (part > 1) {
      part = std::max<std::size_t>(1, part / 2);
    } else if (!smaller) {
      break;
    }
  }
  return losses;
}

}  // namespace pragmark::crash

#include "crash/commit_rate.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "crash/bank.h"
#include "crash/hash.h"
#include "pragmark/assert.h"
#include "pragmark/verify/interrupt.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark::crash {
namespace {

constexpr std::chrono::milliseconds kSlice{250};
constexpr std::int64_t kMostTransactions = 1'000'000;

double commits_per_second(const PragmaSet& set, const CrashOptions& options) {
  using Clock = std::chrono::steady_clock;
  ScratchDirectory scratch(options.directory);
  double rate = 0;
  {
    const Bank bank({.seed = options.seed, .transactions = kMostTransactions});
    Connection connection = Connection::open(
        {.path = scratch.file("rate.db"), .kind = ConnectionKind::SchemaCreation, .set = &set});
    bank.create(connection);
    std::int64_t commits = bank.commit_next(connection, [](std::int64_t) {});  // off the clock
    const std::int64_t before = commits;
    const Clock::time_point start = Clock::now();
    Clock::time_point now = start;
    while (now - start < kSlice && commits < kMostTransactions) {
      commits = bank.commit_next(connection, [](std::int64_t) {});
      now = Clock::now();
    }
    rate =
        static_cast<double>(commits - before) / std::chrono::duration<double>(now - start).count();
  }
  scratch.remove();
  return rate;
}

// The chance that fewer than `rank` of n fall below the median.
double chance_below(std::size_t rank, std::size_t n) {
  double term = std::pow(0.5, static_cast<double>(n));
  double sum = 0;
  for (std::size_t k = 0; k < rank; ++k) {
    sum += term;
    term *= static_cast<double>(n - k) / static_cast<double>(k + 1);
  }
  return sum;
}

}  // namespace

CommitRate rate_of(std::vector<double> per_second) {
  PRAGMARK_ASSERT(!per_second.empty());
  std::ranges::sort(per_second);
  const std::size_t n = per_second.size();
  CommitRate rate;
  rate.median = (per_second[(n - 1) / 2] + per_second[n / 2]) / 2;
  // From the rank-th smallest to the rank-th largest.
  constexpr double kOutside = 0.05;
  std::size_t rank = 0;
  while (2 * chance_below(rank + 1, n) <= kOutside) ++rank;
  if (rank > 0) {
    rate.low = per_second[rank - 1];
    rate.high = per_second[n - rank];
  }
  rate.slices = std::move(per_second);
  return rate;
}

std::vector<CommitRate> measure_commit_rates(std::span<const PragmaSet> sets,
                                             const CrashOptions& options) {
  std::vector<std::vector<double>> slices(sets.size());
  std::vector<std::size_t> order(sets.size());
  Random random(options.seed);
  for (int round = 0; round < options.rate_slices; ++round) {
    for (std::size_t i = 0; i < order.size(); ++i) {
      const std::size_t other = random.below(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    for (const std::size_t place : order) {
      throw_if_interrupted();
      slices[place].push_back(commits_per_second(sets[place], options));
    }
  }
  std::vector<CommitRate> rates;
  for (std::vector<double>& each : slices) rates.push_back(rate_of(std::move(each)));
  return rates;
}

}  // namespace pragmark::crash

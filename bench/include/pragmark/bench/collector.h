// Google Benchmark's reporter that keeps every row until the end, for the summary and the result.
//
//   ResultCollector results;
//   benchmark::RunSpecifiedBenchmarks(&results);
//   for (const CaseResult& c : summarize(configurations, results.rows())) ...
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "pragmark/bench/configuration.h"
#include "pragmark/bench/statistics.h"

namespace pragmark {

// Owns:    the rows.
// Threads: one thread at a time.
// Errors:  none.
class ResultCollector final : public benchmark::BenchmarkReporter {
 public:
  using Rows = std::vector<std::vector<Run>>;  // grouped as Google Benchmark reported them

  bool ReportContext(const Context& /*context*/) override { return true; }
  // Leaves out counters that are not finite: Google Benchmark's coefficient of variation of zeros
  // is 0/0, which JSON has no word for.
  void ReportRuns(const std::vector<Run>& runs) override;

  [[nodiscard]] const Rows& rows() const noexcept { return rows_; }

 private:
  Rows rows_;
};

inline constexpr double kMostFailed = 0.001;  // share of requests; as in the report

// All repetitions of one configuration.
struct CaseResult {
  const Configuration* configuration;
  int repetitions = 0;                                    // without error
  std::vector<double> rates{};                            // items_per_second of each
  std::map<std::string, std::vector<double>> counters{};  // of each repetition that has them
  std::string error{};                                    // the first; empty when there is none

  // Of the counter's repetitions; empty when no repetition has it.
  [[nodiscard]] std::optional<double> median_of(const std::string& counter) const;
  // Requests that failed, of those that were made; 0 to 1.
  [[nodiscard]] double failed_share() const;
  // Of an erred configuration always missed: it has no figure. Never reached when more than
  // kMostFailed of the requests failed: a failed write is quick and leaves time for reads, so the
  // rate is that of another mix.
  [[nodiscard]] Attainment attainment_of(double target) const;
};

// In the order of the configurations, which outlive the results.
[[nodiscard]] std::vector<CaseResult> summarize(const std::vector<Configuration>& configurations,
                                                const ResultCollector::Rows& rows);

// The attainment of the best configuration of each workload, and of these the worst: what holds
// for "every workload reaches the target".
// REQUIRES: results is not empty.
[[nodiscard]] Attainment overall_attainment(const std::vector<CaseResult>& results, double target);

}  // namespace pragmark

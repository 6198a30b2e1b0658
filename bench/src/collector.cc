#include "pragmark/bench/collector.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "pragmark/assert.h"

namespace pragmark {

void ResultCollector::ReportRuns(const std::vector<Run>& runs) {
  std::vector<Run>& kept = rows_.emplace_back(runs);
  for (Run& run : kept) {
    std::erase_if(run.counters,
                  [](const auto& counter) { return !std::isfinite(counter.second.value); });
  }
}

std::optional<double> CaseResult::median_of(const std::string& counter) const {
  const auto found = counters.find(counter);
  if (found == counters.end()) return std::nullopt;
  return median(found->second);
}

double CaseResult::failed_share() const {
  const auto sum = [&](const char* counter) {
    const auto found = counters.find(counter);
    return found == counters.end()
               ? 0.0
               : std::accumulate(found->second.begin(), found->second.end(), 0.0);
  };
  const double made = sum("operations");
  return made > 0 ? (sum("busy_errors") + sum("errors")) / made : 0;
}

Attainment CaseResult::attainment_of(double target) const {
  if (!error.empty()) return Attainment::Missed;
  const Attainment by_rate = attainment(rates, target);
  const bool too_many_failed = failed_share() > kMostFailed;
  return by_rate == Attainment::Reached && too_many_failed ? Attainment::Undecided : by_rate;
}

std::vector<CaseResult> summarize(const std::vector<Configuration>& configurations,
                                  const ResultCollector::Rows& rows) {
  using Run = benchmark::BenchmarkReporter::Run;
  std::vector<CaseResult> results;
  std::map<std::string, std::size_t> index;
  for (const Configuration& configuration : configurations) {
    index[configuration.full_name()] = results.size();
    results.push_back({.configuration = &configuration});
  }
  for (const std::vector<Run>& group : rows) {
    for (const Run& run : group) {
      if (run.run_type != Run::RT_Iteration) continue;
      const auto found = index.find(run.run_name.str());
      PRAGMARK_ASSERT(found != index.end());
      CaseResult& result = results[found->second];
      if (run.error_occurred) {
        if (result.error.empty()) result.error = run.error_message;
        continue;
      }
      ++result.repetitions;
      for (const auto& [name, counter] : run.counters) {
        result.counters[name].push_back(counter.value);
      }
    }
  }
  for (CaseResult& result : results) {
    if (result.repetitions > 0) result.rates = result.counters.at("items_per_second");
    if (result.repetitions == 0 && result.error.empty()) result.error = "did not run";
  }
  return results;
}

Attainment overall_attainment(const std::vector<CaseResult>& results, double target) {
  PRAGMARK_ASSERT(!results.empty());
  std::map<const WorkloadInfo*, Attainment> best;
  for (const CaseResult& result : results) {
    const Attainment attained = result.attainment_of(target);
    const auto [entry, inserted] = best.emplace(result.configuration->workload, attained);
    if (!inserted) entry->second = std::max(entry->second, attained);
  }
  return std::ranges::min_element(best, {}, &decltype(best)::value_type::second)->second;
}

}  // namespace pragmark

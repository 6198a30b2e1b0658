#include "pragmark/bench/collector.h"

#include <algorithm>
#include <cmath>

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

Attainment CaseResult::attainment_of(double target) const {
  if (!error.empty()) return Attainment::Missed;
  return attainment(rates, target);
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

#include "pragmark/bench/configuration.h"

#include <set>

#include <fmt/format.h>

#include "pragmark/assert.h"

namespace pragmark {
namespace {

// Calls `visit` for every combination of set, strategy, threads, rows and payload.
template <typename Visit>
void for_each_combination(const Matrix& matrix, const std::vector<int>& threads, Visit visit) {
  for (const PragmaSet& set : matrix.sets) {
    for (const std::string& strategy : matrix.strategies) {
      for (const int count : threads) {
        for (const std::int64_t rows : matrix.rows) {
          for (const Payload& payload : matrix.payloads) visit(set, strategy, count, rows, payload);
        }
      }
    }
  }
}

}  // namespace

std::string Configuration::name() const {
  std::string name = fmt::format("{}/{}/{}/rows:{}/payload:{}", workload->name, set.name(),
                                 strategy, rows, payload.name);
  if (workload->has_read_share) name += fmt::format("/reads:{}", reads_percent);
  return name;
}

std::string Configuration::full_name() const {
  std::string full = name();
  if (operations_per_thread > 0) full += fmt::format("/iterations:{}", operations_per_thread);
  return full + fmt::format("/real_time/threads:{}", threads);
}

std::vector<Configuration> expand(const Matrix& matrix) {
  static const std::vector<int> kOneThread = {1};
  std::vector<Configuration> configurations;
  std::set<std::string> seen;
  for (const WorkloadInfo* workload : matrix.workloads) {
    const std::vector<int>& threads = workload->concurrent ? matrix.threads : kOneThread;
    for_each_combination(matrix, threads,
                         [&](const PragmaSet& set, const std::string& strategy, int count,
                             std::int64_t rows, const Payload& payload) {
                           PRAGMARK_ASSERT(count > 0);
                           Configuration configuration{
                               .workload = workload,
                               .set = set,
                               .strategy = strategy,
                               .threads = count,
                               .rows = rows,
                               .payload = payload,
                               .reads_percent = matrix.reads_percent,
                               .operations_per_thread = (matrix.operations + count - 1) / count};
                           if (seen.insert(configuration.full_name()).second) {
                             configurations.push_back(std::move(configuration));
                           }
                         });
  }
  return configurations;
}

}  // namespace pragmark

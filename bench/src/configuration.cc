#include "pragmark/bench/configuration.h"

#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "pragmark/assert.h"
#include "pragmark/bench/python_original.h"
#include "pragmark/bench/subject.h"

namespace pragmark {
namespace {

// Every configuration so far with each of the values in turn, which `put` puts in its place.
template <typename Value, typename Put>
void multiply(std::vector<Configuration>& configurations, const std::vector<Value>& values,
              Put put) {
  std::vector<Configuration> product;
  product.reserve(configurations.size() * values.size());
  for (const Configuration& one : configurations) {
    for (const Value& value : values) put(product.emplace_back(one), value);
  }
  configurations = std::move(product);
}

std::vector<Configuration> combinations(const WorkloadInfo& workload, const Matrix& matrix) {
  static const std::vector<int> kOne = {1};
  std::vector<Configuration> all;
  for (const PragmaSet& set : matrix.sets) {
    all.push_back({.workload = &workload, .set = set, .reads_percent = matrix.reads_percent});
  }
  multiply(all, matrix.strategies, [](Configuration& one, const auto& v) { one.strategy = v; });
  multiply(all, workload.concurrent ? matrix.threads : kOne,
           [](Configuration& one, int v) { one.threads = v; });
  multiply(all, matrix.in_flight, [](Configuration& one, int v) { one.in_flight = v; });
  multiply(all, workload.concurrent ? matrix.processes : kOne,
           [](Configuration& one, int v) { one.processes = v; });
  multiply(all, matrix.schemas, [](Configuration& one, const auto* v) { one.schema = v; });
  multiply(all, matrix.memory_statistics,
           [](Configuration& one, MemoryStatistics v) { one.memory_statistics = v; });
  multiply(all, matrix.statement_logging,
           [](Configuration& one, StatementLogging v) { one.statement_logging = v; });
  multiply(all, matrix.rows, [](Configuration& one, std::int64_t v) { one.rows = v; });
  multiply(all, matrix.payloads, [](Configuration& one, const auto& v) { one.payload = v; });
  return all;
}

bool makes_sense(const Configuration& configuration) {
  if (configuration.strategy == kPythonOriginal &&
      configuration.memory_statistics != MemoryStatistics::AsBuilt) {
    return false;
  }
  const bool elsewhere = configuration.strategy == kPythonOriginal || configuration.processes > 1;
  if (elsewhere && configuration.statement_logging == StatementLogging::On) return false;
  if (configuration.in_flight == 1) return true;
  const std::optional<SubjectInfo> subject = find_subject(configuration.strategy);
  return configuration.workload->writes && subject && subject->asynchronous;
}

}  // namespace

std::string Configuration::name() const {
  std::string name = fmt::format("{}/{}/{}/rows:{}/payload:{}", workload->name, set.name(),
                                 strategy, rows, payload.name);
  if (workload->has_read_share) name += fmt::format("/reads:{}", reads_percent);
  if (in_flight > 1) name += fmt::format("/in_flight:{}", in_flight);
  if (processes > 1) name += fmt::format("/processes:{}", processes);
  if (schema->name != kStandardSchema) name += fmt::format("/schema:{}", schema->name);
  if (memory_statistics != MemoryStatistics::AsBuilt) {
    name += fmt::format("/memory_statistics:{}", to_string(memory_statistics));
  }
  if (statement_logging != StatementLogging::Off) {
    name += fmt::format("/statement_logging:{}", to_string(statement_logging));
  }
  return name;
}

std::string Configuration::full_name() const {
  std::string full = name();
  if (operations_per_thread > 0) full += fmt::format("/iterations:{}", operations_per_thread);
  return full + fmt::format("/real_time/threads:{}", threads);
}

std::vector<Configuration> expand(const Matrix& matrix) {
  std::vector<Configuration> configurations;
  std::set<std::string> seen;
  for (const WorkloadInfo* workload : matrix.workloads) {
    for (Configuration& one : combinations(*workload, matrix)) {
      PRAGMARK_ASSERT(one.threads > 0 && one.in_flight > 0 && one.processes > 0);
      const int clients = one.threads * one.processes;
      one.operations_per_thread = (matrix.operations + clients - 1) / clients;
      if (!makes_sense(one) || !seen.insert(one.full_name()).second) continue;
      configurations.push_back(std::move(one));
    }
  }
  return configurations;
}

}  // namespace pragmark

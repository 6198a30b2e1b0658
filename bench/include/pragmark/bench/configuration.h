// One benchmark: a workload, a PRAGMA set, a strategy and their parameters; and the cross product
// that a command line asks for.
//
//   Matrix matrix;
//   matrix.sets = {PragmaSet::parse("default"), PragmaSet::parse("production")};
//   for (const Configuration& c : expand(matrix)) c.name();
//       // "mixed/production/per-thread/rows:1000/payload:small/reads:50"
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pragmark/bench/dataset.h"
#include "pragmark/bench/schema_variant.h"
#include "pragmark/bench/statement_log.h"
#include "pragmark/bench/workload.h"
#include "pragmark/memory_statistics.h"
#include "pragmark/pragma_set.h"

namespace pragmark {

struct Configuration {
  const WorkloadInfo* workload;  // never null; static storage
  PragmaSet set;
  std::string strategy;
  int threads;
  int in_flight = 1;  // writes that each thread has submitted and not yet seen the end of, at most
  int processes = 1;  // each with so many threads
  const SchemaVariant* schema = find_schema_variant(kStandardSchema);  // never null; static
  MemoryStatistics memory_statistics = MemoryStatistics::AsBuilt;
  StatementLogging statement_logging = StatementLogging::Off;
  std::int64_t rows;
  Payload payload;
  int reads_percent;  // meaningful when workload->has_read_share
  // Requests of each thread in a repetition; 0: as many as fill the minimum time.
  std::int64_t operations_per_thread;

  // WORKLOAD/SET/STRATEGY/rows:N/payload:P, /reads:R where the share is a parameter, and
  // /in_flight:N and /processes:N where they are above 1, /schema:NAME where it is not the store's,
  // /memory_statistics:off and /statement_logging:on where they are.
  [[nodiscard]] std::string name() const;
  // With what Google Benchmark adds: the name in results. Checked against Google Benchmark's own
  // in the tests.
  [[nodiscard]] std::string full_name() const;
};

inline constexpr int kMostThreads = 1024;
inline constexpr int kMostInFlight = 4096;
inline constexpr int kMostProcesses = 256;
inline constexpr std::int64_t kMostRows = 1'000'000'000;
inline constexpr std::int64_t kMostOperations = 1'000'000'000;

// What to run: every combination that makes sense. More than one write in flight needs a workload
// that writes and a strategy with an asynchronous form; memory statistics are a matter of the
// SQLite linked here, not of Python's, and statements are logged in this process only. Other
// combinations are left out.
struct Matrix {
  std::vector<const WorkloadInfo*> workloads;
  std::vector<PragmaSet> sets;
  std::vector<std::string> strategies;
  std::vector<int> threads = {10};  // of the concurrent workloads; the others have one
  std::vector<int> in_flight = {1};
  std::vector<int> processes = {1};  // of the concurrent workloads; the others have one
  std::vector<const SchemaVariant*> schemas = {find_schema_variant(kStandardSchema)};
  std::vector<MemoryStatistics> memory_statistics = {MemoryStatistics::AsBuilt};
  std::vector<StatementLogging> statement_logging = {StatementLogging::Off};
  std::vector<std::int64_t> rows = {1000};
  std::vector<Payload> payloads = {{.name = "small"}};
  int reads_percent = 50;
  std::int64_t operations = 0;  // in a repetition, over all threads, rounded up to a multiple of
                                // them; 0: by time
};

// Each configuration once, in the order of the lists, workloads first; possibly none.
[[nodiscard]] std::vector<Configuration> expand(const Matrix& matrix);

}  // namespace pragmark

// The result of `pragmark bench`: Google Benchmark's JSON with pragmark's context.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "pragmark/bench/collector.h"
#include "pragmark/bench/configuration.h"
#include "pragmark/bench/python_original.h"
#include "pragmark/bench/vfs_cost.h"
#include "pragmark/verify/environment.h"

namespace pragmark {

// What a reader needs to know about a run besides its figures.
struct RunDescription {
  Environment environment;
  std::optional<double> steal_percent;  // while the benchmarks ran
  std::uint64_t seed;
  std::string command;  // to repeat it
  std::string preset;   // empty or its name
  bool counting_vfs;
  std::optional<VfsCosts> vfs_costs;     // empty when not measured
  std::optional<PythonOriginal> python;  // when python-original ran
};

// Keys and values, in the order in which they are written. Values are text.
using ContextEntries = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] ContextEntries context_entries(const RunDescription& run,
                                             const std::vector<Configuration>& configurations);

// The complete document. To be called once in a program: the entries become part of Google
// Benchmark's global context.
[[nodiscard]] std::string result_document(const ContextEntries& context,
                                          const ResultCollector::Rows& rows);

}  // namespace pragmark

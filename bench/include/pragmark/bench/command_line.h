// What `pragmark bench` was asked for, from texts to a matrix; knows nothing of CLI11.
//
//   BenchRequest request;
//   request.sets = {"default", "production"};
//   std::vector<Configuration> configurations = configurations_of(request);
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/bench/configuration.h"

namespace pragmark {

inline constexpr double kDefaultTarget = 60'000;  // requests/s: the public claim
inline constexpr int kDefaultRepetitions = 9;     // an interval of the median needs at least 6
inline constexpr int kMostRepetitions = 1000;
inline constexpr std::uint64_t kDefaultSeed = 20240501;
inline constexpr std::int64_t kOriginalOperations = 1000;

// As given on the command line; empty lists stand for everything there is, baselines excepted.
struct BenchRequest {
  std::vector<std::string> sets = {"production"};
  std::vector<std::string> strategies;
  std::vector<std::string> workloads;
  std::vector<int> threads = {10};
  std::vector<int> in_flight = {1};
  std::vector<int> processes = {1};
  std::vector<std::string> schemas = {std::string(kStandardSchema)};
  std::vector<std::string> memory_statistics = {"as-built"};
  std::vector<std::string> statement_logging = {"off"};
  std::vector<std::int64_t> rows = {1000};
  std::vector<std::string> payloads = {"small"};
  int reads_percent = 50;
  std::int64_t operations = 0;  // 0: by time
  double min_time_s = 1;
  int repetitions = kDefaultRepetitions;
  std::uint64_t seed = kDefaultSeed;
  std::string filter;  // a regular expression for full names; empty: all
};

// Sets what the application that started this work ran: 1,000 topics, 1,000 requests in each
// workload, 10 threads in the concurrent ones, half of the mixed requests reads.
void apply_original_preset(BenchRequest& request);

// Throws Error (kind Usage), naming what is known, on an unknown name, and when nothing is left.
[[nodiscard]] std::vector<Configuration> configurations_of(const BenchRequest& request);

// Arguments for Google Benchmark: `request` as flags, then the user's --benchmark_* ones.
// Throws Error (kind Usage) on flags that have an option of ours or that would break the result.
[[nodiscard]] std::vector<std::string> google_benchmark_arguments(
    const BenchRequest& request, const std::vector<std::string>& passed_through);

struct SplitArguments {
  std::vector<std::string> ours;
  std::vector<std::string> passed_through;  // --benchmark_*, without --benchmark_filter
  std::string filter;                       // value of --benchmark_filter
};
[[nodiscard]] SplitArguments split_arguments(const std::vector<std::string>& arguments);

// "pragmark bench --pragmas 'a b'": to paste into a shell.
[[nodiscard]] std::string command_to_repeat(const std::vector<std::string>& arguments,
                                            std::string_view command = "pragmark bench");

}  // namespace pragmark

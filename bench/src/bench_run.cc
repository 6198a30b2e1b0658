#include "pragmark/bench/bench_run.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "pragmark/bench/before_measuring.h"
#include "pragmark/bench/collector.h"
#include "pragmark/bench/harness.h"
#include "pragmark/bench/progress.h"
#include "pragmark/bench/python_original.h"
#include "pragmark/bench/result_document.h"
#include "pragmark/bench/scratch_store.h"
#include "pragmark/bench/slice_server.h"
#include "pragmark/bench/summary_table.h"
#include "pragmark/bench/vfs_cost.h"
#include "pragmark/verify/interrupt.h"
#include "pragmark/verify/scratch_directory.h"
#include "pragmark/verify/sqlite_library.h"

namespace pragmark {
namespace {

// Google Benchmark answers a value that it cannot read by printing its flags and ending the program
// with exit code 0, which a CI gate would take for success.
bool initializing = false;
void fail_when_initializing() {
  if (!initializing) return;
  fmt::print(stderr, "pragmark bench: a --benchmark_ flag has a value that Google Benchmark does "
                     "not take; see its flags above\n");
  std::_Exit(static_cast<int>(ExitCode::BadUsage));
}

void initialize_google_benchmark(const BenchOptions& options) {
  // Google Benchmark keeps pointers into these.
  static std::vector<std::string> arguments = options.google_benchmark_arguments;
  static std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  int count = static_cast<int>(arguments.size());
  std::atexit(fail_when_initializing);
  initializing = true;
  benchmark::Initialize(&count, pointers.data());
  initializing = false;
  if (count > 1) {
    throw Error::usage(
        fmt::format("{}: Google Benchmark does not know this flag or its value", pointers[1]));
  }
}

std::optional<VfsCosts> vfs_costs(const BenchOptions& options, StoreTemplates& templates,
                                  const ScratchDirectory& scratch) {
  // A run of a fixed number of operations is a small one; measuring would take longer than it.
  if (options.counting_vfs == Switch::Off || options.request.operations > 0) return std::nullopt;
  const VfsCosts costs = measure_vfs_costs(templates, scratch.path());
  fmt::print(stderr, "counting layer costs, in percent: write {}, read {}\n",
             to_string(costs.write), to_string(costs.read));
  return costs;
}

struct Measured {
  ResultCollector collector;
  std::optional<VfsCosts> vfs_costs;
  std::optional<double> steal_percent;
  int failed_checks = 0;  // configurations that failed otherwise than by the machine's refusal
};

// Before anything is measured: it may be missing.
std::optional<PythonOriginal> python_of(const BenchOptions& options,
                                        const std::vector<Configuration>& configurations) {
  const auto chosen = [](const Configuration& one) { return one.strategy == kPythonOriginal; };
  if (std::ranges::none_of(configurations, chosen)) return std::nullopt;
  PythonOriginal python = find_python_original(options.python);
  if (const std::string ours = linked_sqlite().version; ours != python.sqlite_version) {
    print_warning("bench", fmt::format("Python runs SQLite {} and this program {}: {} differs in "
                                       "more than its design",
                                       python.sqlite_version, ours, kPythonOriginal));
  }
  return python;
}

Measured measure(const BenchOptions& options, const std::vector<Configuration>& configurations,
                 const std::optional<PythonOriginal>& python) {
  Measured measured;
  const ScratchDirectory scratch(options.directory);
  StoreTemplates templates(scratch.path(), options.request.seed, print_load_progress);
  measured.vfs_costs = vfs_costs(options, templates, scratch);

  Progress progress({.total = static_cast<int>(configurations.size()) * options.request.repetitions,
                     .sink =
                         [](std::string_view text) {
                           fmt::print(stderr, "{}", text);
                           std::fflush(stderr);
                         },
                     .rewrites_line = is_terminal(STDERR_FILENO)});
  Session session({.scratch = &scratch,
                   .templates = &templates,
                   .counting_vfs = options.counting_vfs == Switch::On,
                   .min_time_s = options.request.min_time_s,
                   .on_repetition =
                       [&](const Configuration& configuration) {
                         if (!session.stopped()) progress.advance(configuration.full_name());
                       },
                   .python_command = python ? python->command : std::vector<std::string>()});
  std::vector<std::unique_ptr<BenchmarkCase>> cases;
  cases.reserve(configurations.size());
  for (const Configuration& configuration : configurations) {
    cases.push_back(std::make_unique<BenchmarkCase>(configuration, session));
  }
  register_with_google_benchmark(cases);
  const StealMeter steal;
  benchmark::RunSpecifiedBenchmarks(&measured.collector, std::string("all"));
  measured.steal_percent = steal.percent();
  progress.finish();
  throw_if_interrupted();
  session.rethrow_if_stopped();
  measured.failed_checks = session.failed_checks();
  return measured;
}

std::string document_of(const BenchOptions& options, const Environment& environment,
                        const std::vector<Configuration>& configurations, const Measured& measured,
                        const std::optional<PythonOriginal>& python) {
  const RunDescription run{.environment = environment,
                           .steal_percent = measured.steal_percent,
                           .seed = options.request.seed,
                           .command = options.command,
                           .preset = options.preset,
                           .counting_vfs = options.counting_vfs == Switch::On,
                           .vfs_costs = measured.vfs_costs,
                           .python = python};
  return result_document(context_entries(run, configurations), measured.collector.rows());
}

ExitCode judge(const BenchOptions& options, const std::vector<CaseResult>& results,
               int failed_checks) {
  const auto erred = [](const CaseResult& result) { return !result.error.empty(); };
  if (const auto count = std::ranges::count_if(results, erred); count > 0) {
    const CaseResult& first = *std::ranges::find_if(results, erred);
    fmt::print(stderr, "pragmark bench: {} of {} benchmarks failed, the first: {}: {}\n", count,
               results.size(), first.configuration->full_name(), one_line(first.error));
    return failed_checks > 0 ? ExitCode::DoesNotHold : ExitCode::Undetermined;
  }
  if (!options.require_target) return ExitCode::Holds;
  switch (overall_attainment(results, options.target)) {
    case Attainment::Reached: return ExitCode::Holds;
    case Attainment::Missed: return ExitCode::DoesNotHold;
    case Attainment::Undecided: return ExitCode::Undetermined;
  }
  return ExitCode::Undetermined;
}

ExitCode run_slices(const BenchOptions& options, const std::vector<Configuration>& configurations) {
  require_sliceable(configurations);
  const Environment environment = probe_environment(options.directory);
  warn_about(environment, "bench");
  const bool counting_vfs = options.counting_vfs == Switch::On;
  const ScratchDirectory scratch(options.directory);
  StoreTemplates templates(scratch.path(), options.request.seed, print_load_progress);
  const ContextEntries context = context_entries({.environment = environment,
                                                  .seed = options.request.seed,
                                                  .command = options.command,
                                                  .preset = options.preset,
                                                  .counting_vfs = counting_vfs},
                                                 configurations);
  return exit_code_for(serve_slices(
      {.configurations = configurations,
       .context = context,
       .place = {.scratch = &scratch, .templates = &templates, .counting_vfs = counting_vfs}},
      STDIN_FILENO, STDOUT_FILENO));
}

ExitCode print_names(const std::vector<Configuration>& configurations) {
  std::string names;
  for (const Configuration& one : configurations) names += fmt::format("{}\n", one.full_name());
  write_output(names, "");
  return ExitCode::Holds;
}

}  // namespace

ExitCode run_benchmarks(const BenchOptions& options) {
  const std::vector<Configuration> configurations = configurations_of(options.request);
  initialize_google_benchmark(options);
  if (options.list) return print_names(configurations);
  if (options.slices) return run_slices(options, configurations);
  const std::optional<PythonOriginal> python = python_of(options, configurations);
  require_writable(options.out);
  const Environment environment = probe_environment(options.directory);
  warn_about(environment, "bench");
  fmt::print(stderr, "{} benchmarks, {} repetitions each, seed {}\n", configurations.size(),
             options.request.repetitions, options.request.seed);

  const Measured measured = measure(options, configurations, python);
  const std::string document = document_of(options, environment, configurations, measured, python);
  const std::vector<CaseResult> results = summarize(configurations, measured.collector.rows());
  if (!options.out.empty()) write_output(document, options.out);
  write_output(
      options.format == StdoutFormat::Json ? document : summary_table(results, options.target), "");
  return judge(options, results, measured.failed_checks);
}

}  // namespace pragmark

// pragmark bench: measures workloads, proves settings before and checks answers after.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "pragmark/bench/bench_run.h"
#include "pragmark/bench/command_line.h"
#include "pragmark/bench/subject.h"
#include "pragmark/bench/worker_process.h"
#include "pragmark/verify/program.h"
#include "pragmark/version.h"

namespace pragmark {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  pragmark bench --pragmas default,production --strategy open-per-op,per-thread --out r.json\n"
    "  pragmark bench --preset original --strategy open-per-op,per-thread --out r.json\n"
    "  pragmark bench --workload sequential_read,sequential_write --strategy per-thread,raw\n"
    "  pragmark bench --workload sequential_write --strategy group-commit --in-flight 1,8,32\n"
    "  pragmark bench --workload mixed --threads 1,2,4,8 --reads 90 --dir /var/lib/app\n"
    "--benchmark_* flags pass through to Google Benchmark, --benchmark_filter=REGEX for instance.\n"
    "Exit codes: 0 measured and checked, 1 a benchmark failed or the target was missed, 2 bad "
    "usage,\n"
    "3 undecided, interrupted, or the environment forbids it.";

constexpr double kHighestTarget = 1e15;  // requests/s

// CLI::Range and its like let NaN pass, since it compares to nothing.
CLI::Validator finite_range(double lowest, double highest) {
  return CLI::Validator(
      [=](std::string& text) {
        double value = 0;
        const bool inside =
            CLI::detail::lexical_cast(text, value) && value >= lowest && value <= highest;
        return inside ? std::string()
                      : fmt::format("{} is not a number from {} to {}", text, lowest, highest);
      },
      "");
}

// Which peers there are is the build's affair.
std::string names_of_baselines() {
  std::string names;
  for (const SubjectInfo& subject : subjects()) {
    if (subject.kind != SubjectKind::Baseline) continue;
    names += (names.empty() ? "" : ", ") + subject.name;
  }
  return names;
}

void add_what_runs(CLI::App& app, BenchRequest& request) {
  app.add_option("--pragmas", request.sets, "NAME, NAME+setting=value+.., or a .sql file")
      ->delimiter(',')
      ->option_text("SET,.. [production]");
  app.add_option("--strategy", request.strategies,
                 "how operations get connections: NAME[+option=value..], or a baseline, which runs "
                 "only where it is named (" +
                     names_of_baselines() + ")")
      ->delimiter(',')
      ->option_text("STRATEGY,.. [all of the library]");
  app.add_option("--workload", request.workloads,
                 "sequential_read, sequential_write, concurrent_read, mixed")
      ->delimiter(',')
      ->option_text("WORKLOAD,.. [all]");
  app.add_option("--threads", request.threads,
                 "of concurrent_read and mixed; the sequential ones always have one")
      ->delimiter(',')
      ->check(CLI::Range(1, kMostThreads))
      ->option_text("N,.. [10]");
  app.add_option("--in-flight", request.in_flight,
                 "writes that a client submits before it waits for the oldest; above 1 only with a "
                 "strategy that queues them")
      ->delimiter(',')
      ->check(CLI::Range(1, kMostInFlight))
      ->option_text("N,.. [1]");
  app.add_option("--processes", request.processes,
                 "of concurrent_read and mixed, each with --threads threads")
      ->delimiter(',')
      ->check(CLI::Range(1, kMostProcesses))
      ->option_text("N,.. [1]");
  app.add_option("--schema", request.schemas,
                 "experiments with the table's layout: one-index, no-indexes, without-rowid")
      ->delimiter(',')
      ->option_text("SCHEMA,.. [standard]");
  app.add_option("--memory-statistics", request.memory_statistics,
                 "off: SQLite counts no memory, so that its allocations take no common mutex "
                 "(SQLITE_CONFIG_MEMSTATUS)")
      ->delimiter(',')
      ->option_text("as-built|off,.. [as-built]");
  app.add_option("--statement-logging", request.statement_logging,
                 "on: every statement goes to a file in the scratch directory, with its parameters")
      ->delimiter(',')
      ->option_text("off|on,.. [off]");
  app.add_option("--rows", request.rows, "topics that are there before the clock starts")
      ->delimiter(',')
      ->check(CLI::Range(std::int64_t{1}, kMostRows))
      ->option_text("N,.. [1000]");
  app.add_option("--payload", request.payloads,
                 "small (200 bytes), article (a report of 2,000 words) or the report's BYTES")
      ->delimiter(',')
      ->option_text("PAYLOAD,.. [small]");
  app.add_option("--reads", request.reads_percent, "share of reads in mixed")
      ->check(CLI::Range(0, 100))
      ->option_text("PERCENT [50]");
}

void add_how_long(CLI::App& app, BenchRequest& request) {
  auto* operations =
      app.add_option(
             "--ops", request.operations,
             "operations in a repetition, over all threads, rounded up to a multiple of them")
          ->check(CLI::Range(std::int64_t{1}, kMostOperations))
          ->option_text("N");
  app.add_option("--min-time", request.min_time_s, "a repetition lasts at least so long")
      ->check(finite_range(0.001, 3600))
      ->excludes(operations)
      ->option_text("SECONDS [1]");
  app.add_option("--repetitions", request.repetitions, "an interval needs at least 6")
      ->check(CLI::Range(1, kMostRepetitions))
      ->option_text("N [9]");
  app.add_option("--seed", request.seed, "of data and order of requests")
      ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()))
      ->option_text(fmt::format("N [{}]", kDefaultSeed));
}

void add_results(CLI::App& app, BenchOptions& options) {
  static const std::map<std::string, StdoutFormat> kFormats = {{"text", StdoutFormat::Text},
                                                               {"json", StdoutFormat::Json}};
  static const std::map<std::string, Switch> kSwitches = {{"on", Switch::On}, {"off", Switch::Off}};
  app.add_option("--dir", options.directory, "directory on the disk under test")
      ->option_text("DIR [.]");
  app.add_option("--counting-vfs", options.counting_vfs,
                 "on or off: count syncs, checkpoints and WAL bytes; its cost is measured")
      ->transform(CLI::Transformer(kSwitches))
      ->option_text("on|off [on]");
  app.add_option("--out", options.out, "file for the result (JSON)")->option_text("FILE");
  app.add_option("--format", options.format, "of what is printed to stdout: text or json")
      ->transform(CLI::Transformer(kFormats))
      ->option_text("FORMAT [text]");
  app.add_option("--target", options.target, "requests/s to hold the results against")
      ->check(finite_range(1e-3, kHighestTarget))
      ->option_text("RATE [60000]");
  app.add_flag("--require-target", options.require_target,
               "exit 1 when the best configuration of a workload misses it, 3 when undecided");
  app.add_flag("--list", options.list, "print the benchmarks' names and do nothing");
}

// How long, and where the result goes, is up to whoever commands the slices. A duration is part of
// many a command, and means nothing here; a result that is not written must not be expected.
void add_slices(CLI::App& app, bool& slices) {
  auto* flag = app.add_flag("--slices", slices,
                            "work on command over stdin and stdout (for pragmark gate), whatever "
                            "--ops, --min-time and --repetitions say");
  for (const char* other : {"--out", "--format", "--target", "--require-target", "--list"}) {
    flag->excludes(app.get_option(other));
  }
}

// Everything that the preset fixes excludes it.
void add_preset(CLI::App& app, std::string& preset) {
  auto* option =
      app.add_option("--preset", preset,
                     "original: 1,000 topics and 1,000 requests in each workload, as the "
                     "application ran that started this work")
          ->check(CLI::IsMember({"original"}))
          ->option_text("original");
  for (const char* fixed :
       {"--workload", "--threads", "--in-flight", "--processes", "--schema", "--memory-statistics",
        "--rows", "--payload", "--reads", "--ops", "--min-time"}) {
    option->excludes(app.get_option(fixed));
  }
}

ExitCode run(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  BenchOptions options;
  options.command = command_to_repeat(arguments);
  SplitArguments split = split_arguments(arguments);

  CLI::App app("Measures workloads; proves settings before and checks answers after.",
               "pragmark bench");
  app.footer(kExamples);
  app.set_version_flag("--version", std::string(kVersion));
  add_what_runs(app, options.request);
  add_how_long(app, options.request);
  add_results(app, options);
  add_slices(app, options.slices);
  add_preset(app, options.preset);
  std::vector<char*> ours = {argv[0]};
  for (std::string& argument : split.ours) ours.push_back(argument.data());
  if (const auto done =
          parse_arguments<CLI::ParseError>(app, static_cast<int>(ours.size()), ours.data())) {
    return *done;
  }
  const char* python = std::getenv("PRAGMARK_PYTHON");  // NOLINT(concurrency-mt-unsafe)
  if (python != nullptr) options.python = python;
  if (!options.preset.empty()) apply_original_preset(options.request);
  if (options.slices) options.request.operations = 0;
  options.request.filter = split.filter;
  options.google_benchmark_arguments =
      google_benchmark_arguments(options.request, split.passed_through);
  return run_benchmarks(options);
}

}  // namespace
}  // namespace pragmark

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == pragmark::kWorkerArgument) {
    return pragmark::run_worker(STDIN_FILENO, STDOUT_FILENO);
  }
  return pragmark::run_program("bench", [&] { return pragmark::run(argc, argv); });
}

// pragmark crash: what of a PRAGMA set's durability survives a killed process and a power cut.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "pragmark/verify/crash.h"
#include "pragmark/verify/environment.h"
#include "pragmark/verify/interrupt.h"
#include "pragmark/verify/program.h"
#include "pragmark/version.h"

namespace {

using pragmark::CrashSabotage;
using pragmark::ExitCode;

constexpr const char* kExamples =
    "Examples:\n"
    "  pragmark crash --pragmas production,durable\n"
    "  pragmark crash --pragmas production --models drop-unsynced,subset-torn --images 50000\n"
    "  pragmark crash --matrix --format json --out crash.json\n"
    "  pragmark crash --pragmas production --kill-rounds 200 --power-rounds 50 --dir /var/lib/app\n"
    "  pragmark crash --pragmas default --replay 'transfers/subset-torn@..' --keep images\n"
    "Models: process-kill, drop-unsynced, ordered-prefix, subset-torn, subset-garbage, "
    "fs-journal,\n"
    "        metadata-reordered, lying-disk, sync-error\n"
    "Workloads: transfers, spill, connections, journal-modes, vacuum, backup, store-STRATEGY\n"
    "Exit codes: 0 what the set's durability class says holds, 1 it does not, 2 bad usage,\n"
    "            3 not determined: an error, or no killed process or no power cut was tried.\n"
    "            --matrix: against SQLite's documentation.";

const std::map<std::string, CrashSabotage> kSabotages = {
    {"none", CrashSabotage::None},
    {"swallow-syncs", CrashSabotage::SwallowSyncs},
    {"reorder-across-sync", CrashSabotage::ReorderAcrossSync},
    {"acknowledge-early", CrashSabotage::AcknowledgeEarly}};

constexpr int kRateSlices = 9;  // a 95% interval of the median needs at least 6

struct Arguments {
  std::vector<std::string> sets = {"production"};
  std::string format = "text";
  std::string out;
  std::string sabotage = "none";
  bool matrix = false;
  bool verbose = false;
  int memory_mib = 256;
};

void add_options(CLI::App& app, pragmark::CrashOptions& options, Arguments& arguments) {
  const auto list = [&](const char* name, std::vector<std::string>& into, const char* help) {
    return app.add_option(name, into, help)->delimiter(',')->allow_extra_args(false);
  };
  CLI::Option* const pragmas = list("--pragmas", arguments.sets, "PRAGMA sets, separated by commas")
                                   ->option_text("SET,.. [production]");
  CLI::Option* const models =
      list("--models", options.models, "failure models")->option_text("M,.. [all]");
  CLI::Option* const workloads = list("--workloads", options.workloads, "what is recorded")
                                     ->option_text("W,.. [all that fit the set]");
  CLI::Option* const images =
      app.add_option("--images", options.images, "crash states for each set")
          ->check(CLI::Range(0, 100'000'000))
          ->option_text("N [40000]");
  app.add_option("--seed", options.seed, "of workload and samples")
      ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()))
      ->option_text("N [1]");
  app.add_option("--transactions", options.transactions, "of each workload")
      ->check(CLI::Range(1, 1'000'000))
      ->option_text("N [the workload's]");
  app.add_option("--memory-limit", arguments.memory_mib, "MiB that a recording may take")
      ->check(CLI::Range(1, 65'536))
      ->option_text("MIB [256]");
  CLI::Option* const matrix = app.add_flag("--matrix", arguments.matrix,
                                           "journal_mode x synchronous, against the documentation");
  app.add_flag("--powersafe-overwrite,!--no-powersafe-overwrite", options.powersafe_overwrite,
               "a write that is cut off leaves the rest of its sector alone [yes]");
  app.add_option("--replay", options.replay, "look at the one state of a finding")
      ->option_text("FINDING")
      ->check([](const std::string& text) { return text.empty() ? "FINDING is empty" : ""; })
      ->excludes(matrix)
      ->excludes(models)
      ->excludes(workloads)
      ->excludes(images);
  matrix->excludes(pragmas);
  app.add_option("--rate-slices", options.rate_slices,
                 "slices of 0.25 s in --dir that measure the commit rate of each set")
      ->check(CLI::Range(0, 10'000))
      ->option_text("N [9]");
  app.add_option("--kill-rounds", options.kill_rounds,
                 "also kill a child at full load so many times, in --dir, for each strategy")
      ->check(CLI::Range(0, 100'000))
      ->option_text("N [0]");
  app.add_option("--power-rounds", options.power_rounds,
                 "also cut the power of an ext4 in a file in --dir, likewise; needs root")
      ->check(CLI::Range(0, 100'000))
      ->option_text("N [0]");
  list("--strategies", options.strategies, "of these rounds")->option_text("S,.. [all]");
  app.add_option("--dir", options.directory, "directory on the disk under test")
      ->option_text("DIR [.]");
  app.add_option("--keep", options.keep, "leave the image of each finding in DIR")
      ->option_text("DIR");
  app.add_option("--sabotage", arguments.sabotage,
                 "negative control: swallow-syncs, reorder-across-sync, acknowledge-early")
      ->check(CLI::IsMember(kSabotages))
      ->option_text("S [none]");
  app.add_flag("--verbose", arguments.verbose,
               "in text: every workload's counts and every finding");
  app.add_option("--format", arguments.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->option_text("FORMAT [text]");
  app.add_option("--out", arguments.out, "file for the result")->option_text("FILE [stdout]");
}

// One state that is replayed decides only whether it contradicts.
ExitCode exit_code_of(const pragmark::CrashReport& report, bool replay) {
  pragmark::Verdict worst = pragmark::Verdict::Pass;
  for (const pragmark::CrashSetResult& result : report.sets) {
    const bool worse =
        report.matrix
            ? difference_from(documented_expectation(result.set), result).starts_with("WORSE")
            : result.verdict() == pragmark::Verdict::Fail;
    if (worse) return ExitCode::DoesNotHold;
    if (!replay && result.verdict() == pragmark::Verdict::Unknown) worst = result.verdict();
  }
  return exit_code_for(worst);
}

// As it was typed, for whoever wants to run it again.
std::string command_of(int argc, char** argv) {
  std::string command = "pragmark crash";
  for (int i = 1; i < argc; ++i) command += " " + pragmark::shell_quoted(argv[i]);
  return command;
}

ExitCode run(int argc, char** argv) {
  CLI::App app("What of a PRAGMA set's durability survives a killed process and a power cut.",
               "pragmark crash");
  app.footer(kExamples);
  app.set_version_flag("--version", std::string(pragmark::kVersion));
  pragmark::CrashOptions options{.sets = {}, .rate_slices = kRateSlices};
  Arguments arguments;
  add_options(app, options, arguments);
  if (const auto done = pragmark::parse_arguments<CLI::ParseError>(app, argc, argv)) return *done;

  pragmark::require_output_possible(arguments.out);
  if (arguments.matrix) {
    options.sets = pragmark::crash_matrix();
  } else {
    for (const std::string& set : arguments.sets) {
      options.sets.push_back(pragmark::PragmaSet::parse(set));
      options.set_arguments.push_back(set);
    }
  }
  const bool processes = options.kill_rounds > 0 || options.power_rounds > 0;
  if (options.images == 0 && !processes && options.replay.empty()) {
    throw pragmark::Error::usage(
        "--images 0 leaves nothing to do; give --kill-rounds or --power-rounds too");
  }
  if (!options.replay.empty() && (options.sets.size() != 1 || processes)) {
    throw pragmark::Error::usage("--replay takes the one --pragmas set of the finding, no rounds");
  }
  // One state, or kill rounds alone, or a control: nothing that a rate would be held against.
  if (!options.replay.empty() || options.images == 0 || arguments.sabotage != "none") {
    options.rate_slices = 0;
  }
  options.exposure = options.images > 0 && options.replay.empty();
  options.sabotage = kSabotages.at(arguments.sabotage);
  options.memory_limit_bytes = static_cast<std::size_t>(arguments.memory_mib) << 20U;
  options.progress = [](std::string_view text) { pragmark::print_message("crash", text); };
  const pragmark::StealMeter steal;
  pragmark::CrashReport report = pragmark::run_crash(options);
  report.matrix = arguments.matrix;
  report.environment = options.rate_slices > 0 ? pragmark::probe_environment(options.directory)
                                               : pragmark::describe_environment(options.directory);
  report.environment->steal_percent = steal.percent();
  report.command = command_of(argc, argv);
  const auto detail =
      arguments.verbose ? pragmark::CrashDetail::Full : pragmark::CrashDetail::Brief;
  pragmark::write_output(arguments.format == "json" ? to_json(report) : to_text(report, detail),
                         arguments.out);
  return exit_code_of(report, !options.replay.empty());
}

}  // namespace

int main(int argc, char** argv) {
  return pragmark::run_program("crash", [&] { return run(argc, argv); });
}

#include "pragmark/bench/load/load_run.h"

#include <unistd.h>

#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "pragmark/bench/before_measuring.h"
#include "pragmark/bench/load/clock.h"
#include "pragmark/bench/load/protocol.h"
#include "pragmark/bench/load/server.h"
#include "pragmark/bench/load/text.h"

namespace pragmark {
namespace {

struct Prepared {
  LoadSetup setup;
  Environment environment;
  int processors;
};

Prepared prepare(const LoadOptions& options) {
  LoadSetup setup = setup_of(options.request);
  std::optional<int> processors;
  if (options.request.cpus) {
    processors = static_cast<int>(use_processors(*options.request.cpus).size());
  }
  ask_for_exact_sleeps();
  const Environment environment = probe_environment(options.directory);
  warn_about(environment, "load");
  return {.setup = std::move(setup),
          .environment = environment,
          .processors = processors.value_or(environment.cpu_count)};
}

ContextEntries context_of(const LoadOptions& options, const Prepared& prepared,
                          const LoadBench& bench, std::optional<double> steal_percent) {
  const LoadSetup& setup = prepared.setup;
  const Configuration& one = setup.configuration;
  ContextEntries entries = context_entries({.environment = prepared.environment,
                                            .steal_percent = steal_percent,
                                            .seed = setup.seed,
                                            .command = options.command,
                                            .counting_vfs = true},
                                           {one});
  const std::pair<std::string, std::string> ours[] = {
      {"pragmas", one.set.name()},
      {"durability", std::string(to_string(one.set.durability()))},
      {"strategy", one.strategy},
      {"threads", std::to_string(one.threads)},
      {"rows", std::to_string(one.rows)},
      {"payload", one.payload.name},
      {"mix", setup.mix.text()},
      {"keys", setup.keys.text()},
      {"sync_delay_us", std::to_string(setup.sync_delay.count())},
      {"cpus", std::to_string(prepared.processors)},
      {"database_bytes", std::to_string(bench.database_bytes())},
  };
  entries.insert(entries.end(), std::begin(ours), std::end(ours));
  return entries;
}

}  // namespace

ExitCode run_loads_on_command(const LoadOptions& options) {
  const Prepared prepared = prepare(options);
  const ScratchDirectory scratch(options.directory);
  LoadBench bench(scratch, prepared.setup, print_load_progress);
  return exit_code_for(
      serve_loads({.bench = &bench, .context = context_of(options, prepared, bench, std::nullopt)},
                  STDIN_FILENO, STDOUT_FILENO));
}

ExitCode run_one_load(const LoadOptions& options) {
  const StepPlan plan = plan_of(options.request);
  require_writable(options.out);
  const Prepared prepared = prepare(options);
  const ScratchDirectory scratch(options.directory);
  LoadBench bench(scratch, prepared.setup, print_load_progress);
  const bool terminal = is_terminal(STDERR_FILENO);
  const auto progress = [&](double elapsed_s, std::int64_t completed) {
    if (!terminal) return true;
    fmt::print(stderr, "\r{:.1f} of {:.1f} s, {} requests in time ", std::max(0.0, elapsed_s),
               plan.warmup_s + plan.duration_s, completed);
    std::fflush(stderr);
    return true;
  };
  const std::optional<LoadStep> step = bench.run(plan, progress);
  if (terminal) fmt::print(stderr, "\n");
  if (!step) return ExitCode::Undetermined;
  const std::string document = load_document(
      prepared.setup, *step, context_of(options, prepared, bench, step->steal_percent));
  if (!options.out.empty()) write_output(document, options.out);
  write_output(options.format == LoadFormat::Json ? document : load_text(prepared.setup, *step),
               "");
  return ExitCode::Holds;
}

}  // namespace pragmark

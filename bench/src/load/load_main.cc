// pragmark load: offers requests at a rate, whatever becomes of them, and measures what users wait.
#include <unistd.h>

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "pragmark/bench/load/load_run.h"
#include "pragmark/error.h"
#include "pragmark/verify/program.h"
#include "pragmark/version.h"

namespace pragmark {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  pragmark load --rate 5000 --duration 10\n"
    "  pragmark load --rate 2000 --arrivals poisson --mix read=90,write=8,search=2 --keys zipf\n"
    "  pragmark load --arrivals closed --strategy single-writer --threads 4 --format json\n"
    "  pragmark load --rate 1000 --with backup --duration 30 --out load.json\n"
    "Without --rate it works on command over stdin and stdout (protocol pragmark-load/1), as\n"
    "pragmark capacity makes it.\n"
    "Exit codes: 0 measured and checked, 1 an answer or the database was wrong, 2 bad usage,\n"
    "3 interrupted, or the environment forbids it.";

void add_database(CLI::App& app, LoadRequest& request) {
  app.add_option("--pragmas", request.set, "NAME, NAME+setting=value+.., or a .sql file")
      ->option_text("SET [production]");
  app.add_option("--strategy", request.strategy,
                 "how operations get connections: NAME[+option=value..]")
      ->option_text("STRATEGY [per-thread]");
  app.add_option("--threads", request.threads, "that send requests")->option_text("N [10]");
  app.add_option("--rows", request.rows, "topics that are there before the clock starts")
      ->option_text("N [1000]");
  app.add_option("--payload", request.payload,
                 "small (200 bytes), article (a report of 2,000 words) or the report's BYTES")
      ->option_text("PAYLOAD [small]");
  app.add_option("--mix", request.mix, "operations and their shares; --list-operations names them")
      ->option_text("NAME=SHARE,.. [read=90,write=10]");
  app.add_option("--keys", request.keys, "which rows are asked for: uniform or zipf[:THETA]")
      ->option_text("KEYS [uniform]");
  app.add_option("--seed", request.seed, "of data, requests and schedule")
      ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()))
      ->option_text(fmt::format("N [{}]", kDefaultSeed));
  app.add_option("--cpus", request.cpus, "run on so many of the processors")
      ->option_text("N [all]");
  app.add_option("--sync-delay-us", request.sync_delay_us,
                 "makes every sync so much slower, as another disk would")
      ->option_text("US [0]");
}

// Those of one load exclude themselves where there is none.
std::vector<CLI::Option*> add_one_load(CLI::App& app, LoadOptions& options) {
  static const std::map<std::string, LoadFormat> kFormats = {{"text", LoadFormat::Text},
                                                             {"json", LoadFormat::Json}};
  LoadRequest& request = options.request;
  return {
      app.add_option("--duration", request.duration_s, "what is measured")
          ->option_text("SECONDS [10]"),
      app.add_option("--warmup", request.warmup_s, "before that, not counted")
          ->option_text("SECONDS [1]"),
      app.add_option("--timeout", request.timeout_ms,
                     "a request that is answered later is a failure, and one that is older is not "
                     "sent")
          ->option_text("MS [1000]"),
      app.add_option("--with", request.antagonist,
                     "long-reader, backup, vacuum or bulk-writer, in the second third of the time")
          ->option_text("ANTAGONIST"),
      app.add_option("--out", options.out, "file for the result (JSON)")->option_text("FILE"),
      app.add_option("--format", options.format, "of what is printed to stdout: text or json")
          ->transform(CLI::Transformer(kFormats))
          ->option_text("FORMAT [text]"),
  };
}

ExitCode run(int argc, char** argv) {
  LoadOptions options;
  options.command =
      command_to_repeat(std::vector<std::string>(argv + 1, argv + argc), "pragmark load");
  LoadRequest& request = options.request;
  bool list = false;

  CLI::App app("Offers requests on a schedule and measures what their users wait.",
               "pragmark load");
  app.footer(kExamples);
  app.set_version_flag("--version", std::string(kVersion));
  add_database(app, request);
  app.add_option("--dir", options.directory, "directory on the disk under test")
      ->option_text("DIR [.]");
  app.add_option("--rate", request.rate, "requests per second that are offered")
      ->option_text("RATE");
  app.add_option("--arrivals", request.arrivals,
                 "constant, poisson, or closed: no rate, each thread as fast as it goes")
      ->option_text("ARRIVALS [constant]");
  const std::vector<CLI::Option*> of_one_load = add_one_load(app, options);
  app.add_flag("--list-operations", list, "print what a mix can be made of");
  if (const auto done = parse_arguments<CLI::ParseError>(app, argc, argv)) return *done;

  if (list) {
    write_output(load_operation_list(), "");
    return ExitCode::Holds;
  }
  if (request.rate || app.count("--arrivals") > 0) return run_one_load(options);
  for (const CLI::Option* option : of_one_load) {
    if (option->count() == 0) continue;
    throw Error::usage(
        fmt::format("{} is of one load: add --rate or --arrivals closed", option->get_name()));
  }
  if (is_terminal(STDIN_FILENO)) {
    throw Error::usage("nothing to do: give --rate RATE (see pragmark load --help)");
  }
  return run_loads_on_command(options);
}

}  // namespace
}  // namespace pragmark

int main(int argc, char** argv) {
  return pragmark::run_program("load", [&] { return pragmark::run(argc, argv); });
}

// pragmark env: what this machine is, and how far its figures can be trusted.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <string>

#include <CLI/CLI.hpp>

#include "pragmark/verify/environment.h"
#include "pragmark/verify/environment_format.h"
#include "pragmark/verify/program.h"
#include "pragmark/version.h"

namespace {

using pragmark::ExitCode;

constexpr const char* kExamples =
    "Examples:\n"
    "  pragmark env --dir /var/lib/app\n"
    "  pragmark env --dir /var/lib/app --json --out env.json\n"
    "Grades: A nothing spoils figures from here, B a reservation, C figures compare only within\n"
    "one interleaved run, D durability figures mean nothing, F no figure can be trusted.\n"
    "Exit codes: 0 told, whatever the grade; 2 bad usage; 3 the directory cannot be written to,\n"
    "or interrupted.";

constexpr auto kDuration = std::chrono::milliseconds(5000);
constexpr auto kQuickDuration = std::chrono::milliseconds(1000);

enum class EnvFormat { Text, Json };
const std::map<std::string, EnvFormat> kFormats = {{"text", EnvFormat::Text},
                                                   {"json", EnvFormat::Json}};

struct Arguments {
  std::string directory = ".";
  std::string format = "text";
  std::string out;
  bool json = false;
  bool quick = false;
};

void declare(CLI::App& app, Arguments& arguments) {
  app.footer(kExamples);
  app.set_version_flag("--version", std::string(pragmark::kVersion));
  app.add_option("--dir", arguments.directory, "directory on the disk under test")
      ->option_text("DIR [.]");
  CLI::Option* const format = app.add_option("--format", arguments.format, "text or json")
                                  ->check(CLI::IsMember(kFormats))
                                  ->option_text("FORMAT [text]");
  app.add_flag("--json", arguments.json, "the same as --format json")->excludes(format);
  app.add_option("--out", arguments.out, "file for the result")->option_text("FILE [stdout]");
  app.add_flag("--quick", arguments.quick, "1 second instead of 5: sees less drift and steal");
}

pragmark::Environment measured(const Arguments& arguments) {
  const bool tells = pragmark::is_terminal(STDERR_FILENO);
  if (tells) std::fputs("measuring the machine..", stderr);
  const auto end_line = [&] {
    if (tells) std::fputs("\r\x1b[K", stderr);
  };
  try {
    pragmark::Environment here = pragmark::measure_environment(
        arguments.directory, arguments.quick ? kQuickDuration : kDuration);
    end_line();
    return here;
  } catch (...) {
    end_line();
    throw;
  }
}

ExitCode run(int argc, char** argv) {
  CLI::App app("Says what this machine is, and how far its figures can be trusted.",
               "pragmark env");
  Arguments arguments;
  declare(app, arguments);
  if (const auto done = pragmark::parse_arguments<CLI::ParseError>(app, argc, argv)) return *done;

  pragmark::require_output_possible(arguments.out);
  const pragmark::Environment here = measured(arguments);
  if (arguments.json || kFormats.at(arguments.format) == EnvFormat::Json) {
    pragmark::write_output(to_json(here), arguments.out);
  } else {
    const auto colour =
        arguments.out.empty() ? pragmark::colour_for(STDOUT_FILENO) : pragmark::Colour::Never;
    pragmark::write_output(to_text(here, colour), arguments.out);
  }
  return ExitCode::Holds;
}

}  // namespace

int main(int argc, char** argv) {
  return pragmark::run_program("env", [&] { return run(argc, argv); });
}

// pragmark verify: proves on a scratch database that a PRAGMA set is in effect.
#include <unistd.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "pragmark/verify/behaviour.h"
#include "pragmark/verify/program.h"
#include "pragmark/verify/report_format.h"
#include "pragmark/verify/stage.h"
#include "pragmark/version.h"

namespace {

using pragmark::ExitCode;
using pragmark::ReportFormat;

constexpr const char* kExamples =
    "Examples:\n"
    "  pragmark verify --pragmas production --dir /var/lib/app\n"
    "  pragmark verify --pragmas production+synchronous=FULL --format junit --out verify.xml\n"
    "  pragmark verify --self-test\n"
    "  pragmark verify --stage library --strict\n"
    "Exit codes: 0 pass, 1 a claim does not hold, 2 bad usage, 3 could not be determined.";

const std::map<std::string, ReportFormat> kFormats = {
    {"text", ReportFormat::Text}, {"json", ReportFormat::Json}, {"junit", ReportFormat::JUnit}};

std::string formatted(const pragmark::Report& report, ReportFormat format, bool to_stdout) {
  switch (format) {
    case ReportFormat::Json: return to_json(report);
    case ReportFormat::JUnit: return to_junit(report);
    case ReportFormat::Text: break;
  }
  return to_text(report, to_stdout ? pragmark::colour_for(STDOUT_FILENO) : pragmark::Colour::Never);
}

// On stderr, for whoever does not see the table: the warnings, and the first result that is bad.
void print_messages(const pragmark::Report& report) {
  for (const std::string& warning : report.environment.filesystem_warnings) {
    pragmark::print_warning("verify", warning);
  }
  for (const pragmark::CheckResult& result : report.results) {
    if (result.verdict != pragmark::Verdict::Warning) continue;
    pragmark::print_warning("verify", result.id + " " + result.setting + ": " + result.reason);
  }
  const auto overall = pragmark::overall_verdict(report.results);
  if (overall == pragmark::Verdict::Pass) return;
  const auto worst = std::ranges::find(report.results, overall, &pragmark::CheckResult::verdict);
  if (worst == report.results.end()) return;
  pragmark::print_message("verify", report.set.name() + ": " + std::string(to_string(overall)) +
                                        ": " + worst->setting + " on " + worst->connection +
                                        ", claimed " + worst->claimed + ", read back " +
                                        worst->read_back.value_or("nothing") +
                                        (worst->observed ? ", observed " + *worst->observed : "") +
                                        ": " + worst->reason);
}

ExitCode run_self_test(const std::string& directory, ReportFormat format, const std::string& out) {
  if (format == ReportFormat::JUnit) {
    throw pragmark::Error::usage("--self-test has --format text and json, not junit");
  }
  const auto trials = pragmark::self_test(directory);
  pragmark::write_output(format == ReportFormat::Json ? to_json(trials) : to_text(trials), out);
  return pragmark::all_hold(trials) ? ExitCode::Holds : ExitCode::DoesNotHold;
}

ExitCode run(int argc, char** argv) {
  CLI::App app("Proves on a scratch database that a PRAGMA set is in effect.", "pragmark verify");
  app.footer(kExamples);
  app.set_version_flag("--version", std::string(pragmark::kVersion));
  std::string set = "production";
  std::string directory = ".";
  std::string out;
  std::vector<std::string> stages;
  std::string format = "text";
  bool self_test = false;
  bool strict = false;
  CLI::Option* const pragmas =
      app.add_option("--pragmas", set, "NAME, NAME+setting=value+.., or a .sql file")
          ->option_text("SET [production]");
  app.add_option("--dir", directory, "directory on the disk under test")->option_text("DIR [.]");
  CLI::Option* const stage =
      app.add_option("--stage", stages,
                     "stages to run, separated by commas: values, behaviour, library, durability")
          ->delimiter(',')
          ->allow_extra_args(false)
          ->option_text("STAGE,.. [all but durability]");
  app.add_flag("--strict", strict, "a warning, such as a known bug of the library, is a failure");
  app.add_option("--format", format, "text, json or junit")
      ->check(CLI::IsMember(kFormats))
      ->option_text("FORMAT [text]");
  app.add_option("--out", out, "file for the result")->option_text("FILE [stdout]");
  app.add_flag("--self-test", self_test,
               "run every behaviour check on right and on wrong configurations")
      ->excludes(pragmas)
      ->excludes(stage);
  if (const auto done = pragmark::parse_arguments<CLI::ParseError>(app, argc, argv)) return *done;

  pragmark::require_output_possible(out);
  if (self_test) return run_self_test(directory, kFormats.at(format), out);
  const pragmark::Report report = pragmark::verify({.set = pragmark::PragmaSet::parse(set),
                                                    .directory = directory,
                                                    .stages = stages,
                                                    .strict = strict});
  const bool shows_table = out.empty() && kFormats.at(format) == ReportFormat::Text;
  if (!shows_table) print_messages(report);
  pragmark::write_output(formatted(report, kFormats.at(format), out.empty()), out);
  return pragmark::exit_code_for(pragmark::overall_verdict(report.results));
}

}  // namespace

int main(int argc, char** argv) {
  return pragmark::run_program("verify", [&] { return run(argc, argv); });
}

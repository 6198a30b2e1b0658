// pragmark audit: inspects somebody's database, read-only, without changing a byte of it.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <string>

#include <CLI/CLI.hpp>

#include "pragmark/verify/audit.h"
#include "pragmark/verify/audit_format.h"
#include "pragmark/verify/program.h"
#include "pragmark/version.h"

namespace {

using pragmark::ExitCode;

constexpr const char* kExamples =
    "Examples:\n"
    "  pragmark audit app.db\n"
    "  pragmark audit app.db --pragmas production --full --dir /var/lib/app\n"
    "  pragmark audit app.db --format json --out audit.json\n"
    "A read lock is held meanwhile, as by any reader; no byte of the database, its -wal, -shm or\n"
    "-journal changes, and no file appears beside it.\n"
    "Exit codes: 0 no error and no warning, 1 at least one, 2 not a database that can be read,\n"
    "3 something could not be determined.";

enum class AuditFormat { Text, Json };
const std::map<std::string, AuditFormat> kFormats = {{"text", AuditFormat::Text},
                                                     {"json", AuditFormat::Json}};

// One line that changes on a terminal, plain lines otherwise.
class Progress {
 public:
  ~Progress() {
    if (shown_ && on_terminal_) std::fputs("\r\x1b[K", stderr);
  }
  void show(std::string_view text) {
    const std::string line(pragmark::one_line(text));
    if (on_terminal_) {
      std::fputs(("\r\x1b[K" + line).c_str(), stderr);
    } else {
      pragmark::print_message("audit", line);
    }
    shown_ = true;
  }

 private:
  bool on_terminal_ = pragmark::is_terminal(STDERR_FILENO);
  bool shown_ = false;
};

struct Arguments {
  std::string path;
  std::string set;
  std::string directory;
  std::string out;
  std::string format = "text";
  double time_limit_seconds = 60;
  bool full = false;
};

void declare(CLI::App& app, Arguments& arguments) {
  app.footer(kExamples);
  app.set_version_flag("--version", std::string(pragmark::kVersion));
  app.add_option("FILE", arguments.path, "the database")->required();
  app.add_option("--pragmas", arguments.set,
                 "what to compare with: NAME, NAME+setting=value+.., or a .sql file")
      ->option_text("SET");
  app.add_flag("--full", arguments.full,
               "integrity_check without a limit instead of quick_check: compares indexes too");
  app.add_option("--time-limit", arguments.time_limit_seconds, "for each check of the content")
      ->check(CLI::Range(0.001, 1e6))
      ->option_text("SECONDS [60]");
  app.add_option("--dir", arguments.directory,
                 "measure syncs on a scratch file here; without it nothing is written anywhere")
      ->option_text("DIR");
  app.add_option("--format", arguments.format, "text or json")
      ->check(CLI::IsMember(kFormats))
      ->option_text("FORMAT [text]");
  app.add_option("--out", arguments.out, "file for the result")->option_text("FILE [stdout]");
}

pragmark::AuditReport audit_with(const Arguments& arguments) {
  Progress progress;
  pragmark::AuditOptions options = {
      .path = arguments.path,
      .full = arguments.full,
      .time_limit =
          std::chrono::milliseconds(static_cast<std::int64_t>(arguments.time_limit_seconds * 1000)),
      .scratch = arguments.directory,
      .progress = [&](std::string_view text) { progress.show(text); }};
  if (!arguments.set.empty()) options.set = pragmark::PragmaSet::parse(arguments.set);
  return pragmark::audit(options);
}

ExitCode run(int argc, char** argv) {
  CLI::App app("Inspects a database, read-only, without changing a byte of it.", "pragmark audit");
  Arguments arguments;
  declare(app, arguments);
  if (const auto done = pragmark::parse_arguments<CLI::ParseError>(app, argc, argv)) return *done;

  pragmark::require_output_possible(arguments.out);
  const pragmark::AuditReport report = audit_with(arguments);
  if (kFormats.at(arguments.format) == AuditFormat::Json) {
    pragmark::write_output(to_json(report), arguments.out);
  } else {
    const auto colour =
        arguments.out.empty() ? pragmark::colour_for(STDOUT_FILENO) : pragmark::Colour::Never;
    pragmark::write_output(to_text(report, colour), arguments.out);
  }
  return pragmark::exit_code_for(overall_verdict(report));
}

}  // namespace

int main(int argc, char** argv) {
  return pragmark::run_program("audit", [&] { return run(argc, argv); });
}

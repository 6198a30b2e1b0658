// pragmark lint: finds mistakes in settings in source trees.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "pragmark/verify/lint.h"
#include "pragmark/verify/program.h"
#include "pragmark/version.h"

namespace {

using pragmark::ExitCode;
using pragmark::LintResult;

enum class LintFormat { Text, Json, Sarif };

constexpr const char* kFooter =
    "Reads SQL files, string literals of any language, connection strings, and settings in YAML,\n"
    "TOML, JSON and the like. What a program makes at run time is not guessed at. A comment with\n"
    "`pragmark-lint: ignore` on the line of a finding or on the line before hides it; ids of "
    "rules\n"
    "behind it hide those alone. Left out: links, files above 4 MiB, binary files, documents\n"
    "(Markdown, HTML, plain text), and folders of version control, dependencies and builds.\n"
    "\n"
    "Examples:\n"
    "  pragmark lint src\n"
    "  pragmark lint . --exclude '*_test.go' --format sarif --out lint.sarif\n"
    "  pragmark lint --rules\n"
    "Exit codes: 0 nothing found, 1 findings, 2 bad usage, 3 a file could not be read.";

const std::map<std::string, LintFormat> kFormats = {
    {"text", LintFormat::Text}, {"json", LintFormat::Json}, {"sarif", LintFormat::Sarif}};

std::string list_of_rules() {
  std::string text;
  for (const pragmark::LintRule& rule : pragmark::lint_rules()) {
    const bool error = rule.severity == pragmark::LintSeverity::Error;
    text += fmt::format("{:<16} {:<8} {}\n", rule.id, error ? "error" : "warning", rule.summary);
  }
  return text;
}

std::string formatted(const LintResult& result, LintFormat format, bool to_stdout) {
  switch (format) {
    case LintFormat::Json: return to_json(result);
    case LintFormat::Sarif: return to_sarif(result);
    case LintFormat::Text: break;
  }
  return to_text(result, to_stdout ? pragmark::colour_for(STDOUT_FILENO) : pragmark::Colour::Never);
}

// A line on stderr now and then, so that long work does not look like a hang.
class Progress {
 public:
  void operator()(std::size_t files) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < kBetween) return;
    last_ = now;
    pragmark::print_message("lint", fmt::format("{} files read", files));
  }

 private:
  static constexpr std::chrono::seconds kBetween{5};
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

std::filesystem::path scratch_parent() {
  std::error_code error;
  std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  if (!error) return folder;
  throw pragmark::Error::environment(
      "find a folder for throw-away databases",
      error.message() + " (set TMPDIR to a folder that can be written to)", folder.string());
}

void print_messages(const LintResult& result) {
  constexpr std::size_t kMostNamed = 5;
  for (std::size_t i = 0; i < std::min(kMostNamed, result.unread.size()); ++i) {
    pragmark::print_warning("lint", result.unread[i] + ": cannot be read; nothing is said of it");
  }
  if (result.unread.size() > kMostNamed) {
    pragmark::print_warning(
        "lint", fmt::format("{} more cannot be read", result.unread.size() - kMostNamed));
  }
  if (result.files_too_large > 0) {
    pragmark::print_warning(
        "lint", fmt::format("{} files above {} MiB were left out", result.files_too_large,
                            pragmark::kLargestFileBytes >> 20));
  }
}

ExitCode exit_code_of(const LintResult& result) {
  if (!result.findings.empty()) return ExitCode::DoesNotHold;
  return result.unread.empty() ? ExitCode::Holds : ExitCode::Undetermined;
}

ExitCode run(int argc, char** argv) {
  CLI::App app("Finds PRAGMA mistakes in source trees: you wrote X, SQLite heard Y.",
               "pragmark lint");
  app.footer(kFooter);
  app.set_version_flag("--version", std::string(pragmark::kVersion));
  std::vector<std::string> paths;
  std::vector<std::string> excluded;
  std::string out;
  std::string format = "text";
  bool rules = false;
  app.add_option("PATH", paths, "files and folders to read");
  app.add_option("--exclude", excluded, "leave out what this glob matches; may be repeated")
      ->allow_extra_args(false)
      ->option_text("GLOB");
  app.add_flag("--rules", rules, "list the rules and end");
  app.add_option("--format", format, "text, json or sarif")
      ->check(CLI::IsMember(kFormats))
      ->option_text("FORMAT [text]");
  app.add_option("--out", out, "file for the result")->option_text("FILE [stdout]");
  if (const auto done = pragmark::parse_arguments<CLI::ParseError>(app, argc, argv)) return *done;

  pragmark::require_output_possible(out);
  if (rules) {
    pragmark::write_output(list_of_rules(), out);
    return ExitCode::Holds;
  }
  if (paths.empty()) {
    throw pragmark::Error::usage("a PATH is missing: pragmark lint . reads the current folder");
  }
  const LintResult result = pragmark::lint_paths(
      {.paths = {paths.begin(), paths.end()},
       .excluded = excluded,
       .scratch_parent = scratch_parent(),
       .on_progress = [progress = Progress()](std::size_t files) mutable { progress(files); }});
  print_messages(result);
  pragmark::write_output(formatted(result, kFormats.at(format), out.empty()), out);
  return exit_code_of(result);
}

}  // namespace

int main(int argc, char** argv) {
  return pragmark::run_program("lint", [&] { return run(argc, argv); });
}

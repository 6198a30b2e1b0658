// Finds mistakes in settings that source trees make: "you wrote X, SQLite heard Y". What SQLite
// hears is found by telling it to the linked library, on a throw-away database.
//
//   LintResult result = lint_paths({.paths = {"src"}, .scratch_parent = "/tmp"});
//   std::cout << to_text(result, Colour::Never);
//
// Not a proof that a program is right: a value that is made at run time is not guessed at, and a
// setting that a program does not write is not missed. `verify` and `audit` look at databases.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/verify/report_format.h"

namespace pragmark {

enum class LintSeverity {
  Error,    // SQLite hears something else than what was written
  Warning,  // it hears what was written, which is hardly what was meant
};

// One kind of mistake. All views refer to static storage.
struct LintRule {
  std::string_view id;  // "unknown-name"; what an ignore names
  LintSeverity severity;
  std::string_view summary;
};

// In the order in which they are documented.
[[nodiscard]] std::span<const LintRule> lint_rules() noexcept;

struct LintFinding {
  std::string path;
  std::size_t line;      // from 1
  std::size_t column;    // from 1, in bytes
  const LintRule* rule;  // never null
  std::string written;   // "synchronous=FLUL"
  std::string heard;     // "NORMAL"
  std::string advice;    // what to do; one sentence without a full stop
};

struct LintOptions {
  std::vector<std::filesystem::path> paths;  // files and folders
  std::vector<std::string> excluded;         // globs over paths and over names: "*_test.go"
  std::filesystem::path scratch_parent;      // a folder for throw-away databases
  // Told after each file how many there were; may throw to end the work.
  std::function<void(std::size_t files)> on_progress;
};

struct LintResult {
  std::vector<LintFinding> findings;  // by path, line and column
  std::vector<std::string> unread;    // files that could not be read: nothing is known of them
  std::size_t files_read = 0;
  std::size_t files_too_large = 0;    // above kLargestFileBytes
  std::size_t findings_left_out = 0;  // above kMostFindings
  std::size_t ignored = 0;            // findings that a comment asked to ignore
};

inline constexpr std::size_t kLargestFileBytes = std::size_t{4} << 20;
inline constexpr std::size_t kMostFindings = 20'000;

// Throws Error: kind Usage when a path does not exist, kind Environment when `scratch_parent`
// takes no scratch folder.
[[nodiscard]] LintResult lint_paths(const LintOptions& options);

[[nodiscard]] std::string to_text(const LintResult& result, Colour colour);
// Schema "pragmark.lint/1".
[[nodiscard]] std::string to_json(const LintResult& result);
// SARIF 2.1.0, for code hosts and editors.
[[nodiscard]] std::string to_sarif(const LintResult& result);

}  // namespace pragmark

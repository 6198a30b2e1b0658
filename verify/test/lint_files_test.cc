// Trees of real forms: each line of test/lint_data/mistakes says in a comment what lint finds
// there, and nothing is found anywhere else.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pragmark/verify/lint.h"
#include "pragmark/verify/sqlite_library.h"

namespace pragmark {
namespace {

namespace fs = std::filesystem;

using Line = std::pair<std::string, std::size_t>;
using Rules = std::multiset<std::string>;

LintResult lint(const std::string& path) {
  return lint_paths({.paths = {path}, .scratch_parent = fs::temp_directory_path()});
}

bool library_shares_caches() {
  const std::vector<std::string> options = linked_sqlite().compile_options;
  return std::ranges::find(options, "OMIT_SHARED_CACHE") == options.end();
}

// "... finds: unknown-name, shared-cache"
Rules announced(const std::string& line) {
  constexpr std::string_view kMark = "finds: ";
  Rules rules;
  const std::size_t mark = line.find(kMark);
  if (mark == std::string::npos) return rules;
  std::string rest = line.substr(mark + kMark.size());
  rest = rest.substr(0, rest.find(" */"));
  std::istringstream words(rest);
  for (std::string word; std::getline(words, word, ',');) {
    rules.insert(word.substr(word.find_first_not_of(' ')));
  }
  // Lint asks the library, and one without shared caches hears nothing in cache=shared.
  if (!library_shares_caches()) rules.erase("shared-cache");
  return rules;
}

std::map<Line, Rules> announced_below(const std::string& folder) {
  std::map<Line, Rules> lines;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    std::ifstream file(entry.path());
    std::size_t number = 0;
    for (std::string text; std::getline(file, text);) {
      const Rules rules = announced(text);
      ++number;
      if (!rules.empty()) lines[{entry.path().string(), number}] = rules;
    }
  }
  return lines;
}

TEST(LintFiles, EveryMistakeIsFoundAndNothingElse) {
  const LintResult result = lint(PRAGMARK_LINT_DATA "/mistakes");
  std::map<Line, Rules> found;
  for (const LintFinding& finding : result.findings) {
    found[{finding.path, finding.line}].insert(std::string(finding.rule->id));
  }
  const std::map<Line, Rules> wanted = announced_below(PRAGMARK_LINT_DATA "/mistakes");
  for (const auto& [line, rules] : wanted) {
    EXPECT_EQ(found[line], rules) << line.first << ':' << line.second;
  }
  for (const auto& [line, rules] : found) {
    EXPECT_TRUE(wanted.contains(line))
        << line.first << ':' << line.second << ": " << testing::PrintToString(rules);
  }
}

// The table of real silent failures, in each of five languages.
TEST(LintFiles, EachLanguageHoldsTheWholeTable) {
  const LintResult result = lint(PRAGMARK_LINT_DATA "/mistakes");
  for (const char* name : {"app.sql", "app.py", "app.go", "app.js", "app.rs", "app.c"}) {
    std::set<std::string> heard;
    for (const LintFinding& finding : result.findings) {
      if (!finding.path.ends_with(name)) continue;
      heard.insert(finding.written.substr(0, finding.written.find('=')));
    }
    for (const char* setting :
         {"foreign_key", "sychronous", "jounal_mode", "busy_timout", "vacuum", "auto_vacuum",
          "temp_store", "page_size", "journal_mode", "journal_size_limit", "cache_size",
          "synchronous", "default_cache_size"}) {
      EXPECT_TRUE(heard.contains(setting)) << name << ": " << setting;
    }
  }
}

TEST(LintFiles, NothingIsFoundInACleanTree) {
  const LintResult result = lint(PRAGMARK_LINT_DATA "/clean");
  EXPECT_EQ(result.findings.size(), 0U) << to_text(result, Colour::Never);
  EXPECT_EQ(result.files_read, 10U);  // the document is none
  EXPECT_EQ(result.ignored, 1U);
}

}  // namespace
}  // namespace pragmark

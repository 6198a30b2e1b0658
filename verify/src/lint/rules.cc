#include "lint/rules.h"

#include <algorithm>
#include <iterator>

#include "lint/statements.h"
#include "pragmark/assert.h"

namespace pragmark {
namespace {

constexpr LintRule kRules[] = {
    {"unknown-name", LintSeverity::Error, "SQLite knows no such PRAGMA and ignores it in silence"},
    {"misheard-value", LintSeverity::Error, "SQLite takes another value than the one written"},
    {"refused", LintSeverity::Error, "SQLite answers the statement with an error"},
    {"order", LintSeverity::Error, "another statement beside it undoes the setting"},
    {"in-transaction", LintSeverity::Error, "the setting cannot change inside a transaction"},
    {"dsn-name", LintSeverity::Error, "the driver ignores a parameter of the connection string"},
    {"capped-value", LintSeverity::Warning, "the library's maximum is lower than the value"},
    {"unit-slip", LintSeverity::Warning, "the value makes no sense in the setting's unit"},
    {"late-timeout", LintSeverity::Warning,
     "journal_mode is set before busy_timeout, so that it cannot wait for a lock"},
    {"shared-cache", LintSeverity::Warning, "a shared cache voids busy_timeout and WAL's readers"},
    {"pool-once", LintSeverity::Warning,
     "a setting of one connection is given to a pool of connections once"},
    {"contradiction", LintSeverity::Warning, "two settings beside each other contradict"},
    {"deprecated", LintSeverity::Warning, "SQLite has deprecated the PRAGMA"},
};

}  // namespace

std::span<const LintRule> lint_rules() noexcept { return kRules; }

namespace lint {

const LintRule& rule_of(std::string_view id) {
  const auto* rule = std::ranges::find(kRules, id, &LintRule::id);
  PRAGMARK_ASSERT(rule != std::end(kRules));
  return *rule;
}

bool is_ignored(const SourceText& source, std::size_t line, std::string_view rule) {
  constexpr std::string_view kMark = "pragmark-lint: ignore";
  for (std::size_t number = line > 1 ? line - 1 : line; number <= line; ++number) {
    const std::string_view text = source.line(number);
    const std::size_t mark = text.find(kMark);
    if (mark == std::string_view::npos) continue;
    const std::string_view ids = text.substr(mark + kMark.size());
    const bool names_any = std::ranges::any_of(
        kRules, [&](const LintRule& known) { return ids.find(known.id) != ids.npos; });
    if (!names_any || ids.find(rule) != ids.npos) return true;
  }
  return false;
}

}  // namespace lint
}  // namespace pragmark

#include "lint/check.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lint/blocks.h"
#include "lint/calls.h"
#include "lint/config.h"
#include "lint/connection_string.h"
#include "lint/pool.h"
#include "lint/rules.h"
#include "lint/sequence.h"
#include "lint/statements.h"
#include "pragmark/pragma.h"

namespace pragmark::lint {
namespace {

bool is_null(std::string_view value) {
  const std::string word = lower(value);
  return word == "null" || word == "nil" || word == "none" || word == "undefined" || word == "~";
}

class FileCheck {
 public:
  FileCheck(Judge& judge, const SourceText& source, const std::string& shared_cache,
            const std::function<void(LintFinding, bool)>& report)
      : judge_(judge), source_(source), shared_cache_(shared_cache), report_(report) {}

  void run() {
    for (const Literal& literal : source_.literals()) check_literal(literal);
    flush(blocks_.finish());
    if (source_.kind() == FileKind::Sql) return;
    for (const ConfigMap& map : bracketed_maps(source_.text())) check_map(map);
    if (source_.kind() != FileKind::Config) return;
    for (const Literal& literal : unquoted_values(source_)) check_literal(literal);
    for (const ConfigMap& map : line_maps(source_)) check_map(map);
  }

 private:
  void add(std::size_t offset, const Opinion& opinion) {
    // A literal may be seen twice: as one value of a map and on its own.
    if (!said_.emplace(offset, opinion.rule, opinion.written).second) return;
    const Place place = source_.place(offset);
    const LintRule& rule = rule_of(opinion.rule);
    report_({.path = source_.path(),
             .line = place.line,
             .column = place.column,
             .rule = &rule,
             .written = opinion.written,
             .heard = opinion.heard,
             .advice = opinion.advice},
            is_ignored(source_, place.line, rule.id));
  }

  void check_literal(const Literal& literal) {
    std::vector<Statement> statements = statements_in(literal);
    if (statements.empty()) statements = called_pragma(source_, literal);
    for (const Statement& statement : statements) check_statement(statement);
    const bool sets_one = std::ranges::any_of(
        statements, [](const Statement& s) { return s.operand_kind != OperandKind::None; });
    if (sets_one && pools_.runs(literal)) check_pool(statements);
    if (!statements.empty()) {
      flush(blocks_.add(literal, std::move(statements)));
      return;
    }
    if (source_.kind() != FileKind::Sql) check_connection_string(literal);
  }

  void flush(const std::vector<Statement>& block) {
    judge_sequence(judge_, source_, block,
                   [&](std::size_t offset, const Opinion& opinion) { add(offset, opinion); });
  }

  void check_statement(const Statement& statement) {
    if (statement.form != Form::Pragma) return;
    if (auto opinion = judge_.name(statement.name)) {
      // A name without a like that is given no value may be another engine's, or prose.
      if (!opinion->advice.empty() || statement.assigned) {
        if (statement.operand_kind == OperandKind::Literal) {
          opinion->written += fmt::format("={}", unquoted(statement.operand));
        }
        add(statement.offset, *opinion);
      }
      if (opinion->rule == "unknown-name") return;
    }
    if (statement.operand_kind != OperandKind::Literal) return;
    if (auto opinion = judge_.value(statement.name, statement.operand)) {
      add(statement.offset, *opinion);
    }
  }

  void check_pool(const std::vector<Statement>& statements) {
    for (const Statement& statement : statements) {
      const PragmaSpec* spec = find_pragma(statement.name);
      if (spec == nullptr || spec->scope != Scope::Connection) continue;
      if (statement.operand_kind == OperandKind::None) continue;
      add(statement.offset,
          {"pool-once", fmt::format("{} on a pool", statement.name),
           fmt::format("it on one connection; the next one that the pool opens has {}",
                       judge_.default_of(statement.name)),
           "put it into the connection string or into a hook that is run for each connection"});
    }
  }

  void check_connection_string(const Literal& literal) {
    for (LocatedOpinion& located : judge_connection_string(judge_, literal.text, driver_)) {
      if (located.opinion.rule == "shared-cache") {
        if (shared_cache_.empty()) continue;
        located.opinion.heard = shared_cache_;
      }
      add(literal.offsets[located.at], located.opinion);
    }
  }

  void check_map(const ConfigMap& map) {
    const bool settings = std::ranges::any_of(map.entries, [&](const ConfigEntry& entry) {
      const std::string key = lower(entry.key);
      return entry.key.empty() || judge_.is_known(key) || judge_.nearest(key).has_value();
    });
    if (!settings && map.kind == MapKind::Pragmas) return;  // another thing of that name
    for (const ConfigEntry& entry : map.entries) {
      if (entry.key.empty()) {
        check_entry_statement(entry);
      } else {
        check_entry(entry, map.kind);
      }
    }
  }

  // "name = value" as one string.
  void check_entry_statement(const ConfigEntry& entry) {
    Literal literal;
    literal.text = entry.value;
    for (std::size_t i = 0; i < entry.value.size(); ++i) {
      literal.offsets.push_back(static_cast<std::uint32_t>(entry.offset + i));
    }
    if (!statements_in(literal).empty()) return;  // is seen as a literal
    for (const Statement& statement : statement_without_keyword(literal)) {
      check_statement(statement);
    }
  }

  void check_entry(const ConfigEntry& entry, MapKind kind) {
    const std::string key = lower(entry.key);
    const bool driver = kind == MapKind::Driver;
    // Rails calls busy_timeout so.
    const bool rails = driver && key == "timeout" && source_.kind() == FileKind::Config;
    const std::string name = rails ? "busy_timeout" : key;
    if (auto opinion = judge_.name(name)) {
      // Beside a driver there are keys of all kinds.
      const bool meant = !driver || (key == entry.key && key.find('_') != std::string::npos &&
                                     judge_.nearest(key).has_value());
      if (meant) add(entry.offset, *opinion);
      if (opinion->rule == "unknown-name") return;
    }
    const bool given = !entry.computed && !entry.value.empty() && !is_null(entry.value) &&
                       is_plain_value(entry.value);
    if (!given) return;
    const std::string operand =
        is_one_operand(entry.value) ? entry.value : fmt::format("'{}'", entry.value);
    auto opinion = judge_.value(name, operand);
    if (!opinion) return;
    opinion->written = fmt::format("{}: {}", entry.key, entry.value);
    add(entry.offset, *opinion);
  }

  Judge& judge_;
  const SourceText& source_;
  const std::string& shared_cache_;
  const std::function<void(LintFinding, bool)>& report_;
  const GoDriver driver_ = go_driver(source_.text());
  const Pools pools_{source_};
  Blocks blocks_{source_};
  std::set<std::tuple<std::size_t, std::string_view, std::string>> said_;
};

}  // namespace

void check_source(Judge& judge, const SourceText& source, const std::string& shared_cache,
                  const std::function<void(LintFinding, bool)>& report) {
  if (source.kind() != FileKind::Prose) FileCheck(judge, source, shared_cache, report).run();
}

}  // namespace pragmark::lint

// The result of a lint as text for people, as JSON for programs, and as SARIF 2.1.0 for code hosts
// and editors. Keys of the JSON are the schema "pragmark.lint/1".
#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "pragmark/verify/lint.h"
#include "pragmark/verify/sqlite_library.h"
#include "pragmark/version.h"

namespace pragmark {
namespace {

using Json = nlohmann::ordered_json;
constexpr int kIndent = 2;

std::string_view to_string(LintSeverity severity) noexcept {
  return severity == LintSeverity::Error ? "error" : "warning";
}

std::size_t count(const LintResult& result, LintSeverity severity) {
  return static_cast<std::size_t>(std::ranges::count_if(
      result.findings, [&](const LintFinding& f) { return f.rule->severity == severity; }));
}

std::string sentence(const LintFinding& finding) {
  std::string text = fmt::format("you wrote {}, SQLite heard {}", finding.written, finding.heard);
  if (!finding.advice.empty()) text += "; " + finding.advice;
  std::ranges::replace(text, '\n', ' ');
  return printable(text);
}

std::string plural(std::size_t number, std::string_view word) {
  return fmt::format("{} {}{}", number, word, number == 1 ? "" : "s");
}

// A path as a reference of RFC 3986, which is what SARIF takes.
std::string as_uri(std::string_view path) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  while (path.starts_with("./")) path.remove_prefix(2);
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    if (kPlain.find(c) != std::string_view::npos) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return uri;
}

Json sarif_rule(const LintRule& rule) {
  return {{"id", rule.id},
          {"shortDescription", {{"text", rule.summary}}},
          {"defaultConfiguration", {{"level", to_string(rule.severity)}}}};
}

Json sarif_result(const LintFinding& finding) {
  const auto index = std::distance(lint_rules().data(), finding.rule);
  const Json region = {{"startLine", finding.line}, {"startColumn", finding.column}};
  const Json location = {
      {"physicalLocation",
       {{"artifactLocation", {{"uri", as_uri(finding.path)}}}, {"region", region}}}};
  return {{"ruleId", finding.rule->id},
          {"ruleIndex", index},
          {"level", to_string(finding.rule->severity)},
          {"message", {{"text", sentence(finding)}}},
          {"locations", Json::array({location})}};
}

}  // namespace

std::string to_text(const LintResult& result, Colour colour) {
  std::string text;
  for (const LintFinding& finding : result.findings) {
    const bool error = finding.rule->severity == LintSeverity::Error;
    const std::string_view begin = colour == Colour::Never ? "" : error ? "\x1b[31m" : "\x1b[33m";
    const std::string_view end = colour == Colour::Never ? "" : "\x1b[0m";
    text += fmt::format("{}:{}:{}: {}{}{}: {} [{}]\n", printable(finding.path), finding.line,
                        finding.column, begin, to_string(finding.rule->severity), end,
                        sentence(finding), finding.rule->id);
  }
  text +=
      fmt::format("{}, {} in {} (SQLite {})", plural(count(result, LintSeverity::Error), "error"),
                  plural(count(result, LintSeverity::Warning), "warning"),
                  plural(result.files_read, "file"), linked_sqlite().version);
  if (result.ignored > 0) text += fmt::format(", {} ignored by comments", result.ignored);
  if (result.findings_left_out > 0) {
    text += fmt::format(", {} more left out", result.findings_left_out);
  }
  return text + "\n";
}

std::string to_json(const LintResult& result) {
  Json findings = Json::array();
  for (const LintFinding& finding : result.findings) {
    findings.push_back({{"path", printable(finding.path)},
                        {"line", finding.line},
                        {"column", finding.column},
                        {"rule", finding.rule->id},
                        {"severity", to_string(finding.rule->severity)},
                        {"written", printable(finding.written)},
                        {"heard", printable(finding.heard)},
                        {"advice", printable(finding.advice)}});
  }
  Json unread = Json::array();
  for (const std::string& path : result.unread) unread.push_back(printable(path));
  const Json json = {{"schema", "pragmark.lint/1"},
                     {"pragmark_version", kVersion},
                     {"sqlite_version", linked_sqlite().version},
                     {"sqlite_source_id", linked_sqlite().source_id},
                     {"files_read", result.files_read},
                     {"files_too_large", result.files_too_large},
                     {"unread", std::move(unread)},
                     {"ignored", result.ignored},
                     {"findings_left_out", result.findings_left_out},
                     {"findings", std::move(findings)}};
  return json.dump(kIndent) + "\n";
}

std::string to_sarif(const LintResult& result) {
  Json rules = Json::array();
  for (const LintRule& rule : lint_rules()) rules.push_back(sarif_rule(rule));
  Json results = Json::array();
  for (const LintFinding& finding : result.findings) results.push_back(sarif_result(finding));
  const Json driver = {{"name", "pragmark-lint"},
                       {"version", kVersion},
                       {"informationUri", "https://www.sqlite.org/pragma.html"},
                       {"rules", std::move(rules)}};
  const Json run = {{"tool", {{"driver", driver}}}, {"results", std::move(results)}};
  const Json json = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                     {"version", "2.1.0"},
                     {"runs", Json::array({run})}};
  return json.dump(kIndent) + "\n";
}

}  // namespace pragmark

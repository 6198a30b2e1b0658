// JUnit XML has no schema of its own; this is the subset that CI services agree on: testsuites,
// testsuite with counts, properties, testcase with failure, error or skipped. No times and no host
// name, so that the same findings are the same bytes.
#include <algorithm>

#include <fmt/format.h>

#include "pragmark/verify/environment_grade.h"
#include "pragmark/verify/report_format.h"
#include "pragmark/version.h"

namespace pragmark {
namespace {

std::string escaped(std::string_view text) {
  std::string xml;
  for (const char c : printable(text)) {
    switch (c) {
      case '&': xml += "&amp;"; break;
      case '<': xml += "&lt;"; break;
      case '>': xml += "&gt;"; break;
      case '"': xml += "&quot;"; break;
      case '\n': xml += "&#10;"; break;  // an attribute would turn it into a space
      default: xml += c;
    }
  }
  return xml;
}

std::string details(const CheckResult& result) {
  std::string text = fmt::format("claimed: {}\n", result.claimed);
  if (result.read_back) text += fmt::format("read back: {}\n", *result.read_back);
  if (result.observed) text += fmt::format("observed: {}\n", *result.observed);
  if (!result.reason.empty()) text += fmt::format("reason: {}\n", result.reason);
  if (!result.consequence.empty()) text += fmt::format("at stake: {}\n", result.consequence);
  if (!result.repair.empty()) text += fmt::format("repair: {}\n", result.repair);
  if (!result.documentation.empty()) text += fmt::format("see: {}\n", result.documentation);
  return text;
}

std::string message(const CheckResult& result) {
  std::string text = fmt::format("{}: claimed {}, read back {}", to_string(result.verdict),
                                 result.claimed, result.read_back.value_or("nothing"));
  if (result.observed) text += fmt::format(", observed {}", *result.observed);
  return text;
}

std::string outcome(const CheckResult& result) {
  switch (result.verdict) {
    case Verdict::Pass: return "";
    case Verdict::Warning:  // no failure, and there is no element for less than that
      return fmt::format("      <system-out>{}</system-out>\n",
                         escaped(fmt::format("warning: {}\n{}", result.reason, details(result))));
    case Verdict::Skipped:
      return fmt::format("      <skipped message=\"{}\"/>\n", escaped(result.reason));
    case Verdict::Unknown:
      return fmt::format("      <error type=\"unknown\" message=\"{}\">{}</error>\n",
                         escaped(result.reason), escaped(details(result)));
    case Verdict::Fail:
    case Verdict::Ineffective:
    case Verdict::Misread:
      return fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n",
                         to_string(result.verdict), escaped(message(result)),
                         escaped(details(result)));
  }
  return "";
}

std::string testcase(const CheckResult& result) {
  const std::string inner = outcome(result);
  // V002 has one result for each claim, so its name needs the claim to be unique.
  const bool of_the_whole = result.scope.empty();
  return fmt::format(
      "    <testcase classname=\"{}\" name=\"{}\"{}\n",
      escaped(fmt::format("pragmark.{}.{}", result.stage, result.connection)),
      escaped(of_the_whole ? fmt::format("{} {} {}", result.id, result.setting, result.claimed)
                           : fmt::format("{} {}", result.id, result.setting)),
      inner.empty() ? "/>" : ">\n" + inner + "    </testcase>");
}

std::string property(std::string_view name, std::string_view value) {
  return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, escaped(value));
}

}  // namespace

std::string to_junit(const Report& report) {
  const auto count = [&](auto... verdicts) {
    return std::ranges::count_if(report.results, [&](const CheckResult& result) {
      return ((result.verdict == verdicts) || ...);
    });
  };
  const std::string counts =
      fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}")", report.results.size(),
                  count(Verdict::Fail, Verdict::Ineffective, Verdict::Misread),
                  count(Verdict::Unknown), count(Verdict::Skipped));
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  xml += fmt::format("<testsuites name=\"pragmark verify\" {}>\n", counts);
  xml += fmt::format("  <testsuite name=\"{}\" {}>\n", escaped(report.set.name()), counts);
  xml += "    <properties>\n";
  xml += property("pragmark_version", kVersion);
  xml += property("sqlite_version", report.sqlite.version);
  xml += property("sqlite_source_id", report.sqlite.source_id);
  xml += property("filesystem", report.environment.filesystem);
  const std::vector<GradeReason> reasons = grade_reasons(report.environment);
  xml += property("environment_grade", to_string(grade_of(reasons)));
  xml += property("environment_reasons", sentences_of(reasons));
  xml += "    </properties>\n";
  for (const CheckResult& result : report.results) xml += testcase(result);
  return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace pragmark

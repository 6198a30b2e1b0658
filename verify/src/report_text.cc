#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "pragmark/verify/report_format.h"

namespace pragmark {
namespace {

constexpr std::size_t kColumns = 6;
using Row = std::array<std::string, kColumns>;

// Characters, not bytes: continuation bytes of UTF-8 take no room of their own.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string_view escape_for(Verdict verdict) {
  switch (verdict) {
    case Verdict::Pass: return "\x1b[32m";    // green
    case Verdict::Skipped: return "\x1b[2m";  // faint
    case Verdict::Warning:
    case Verdict::Unknown: return "\x1b[33m";  // yellow
    case Verdict::Fail:
    case Verdict::Ineffective:
    case Verdict::Misread: return "\x1b[31m";  // red
  }
  return "";
}

std::string coloured(std::string_view text, Verdict verdict, Colour colour) {
  if (colour == Colour::Never) return std::string(text);
  return fmt::format("{}{}\x1b[0m", escape_for(verdict), text);
}

bool is_bad(Verdict verdict) { return verdict != Verdict::Pass && verdict != Verdict::Skipped; }

Row row_of(const CheckResult& result) {
  return {result.id,
          result.connection,
          result.setting,
          result.claimed,
          result.observed ? *result.observed : result.read_back.value_or("-"),
          std::string(to_string(result.verdict))};
}

std::string table(const Report& report, Colour colour) {
  std::vector<Row> rows = {
      {"check", "connection", "setting", "claimed", "read back or observed", "verdict"}};
  for (const CheckResult& result : report.results) rows.push_back(row_of(result));
  std::array<std::size_t, kColumns> widths{};
  for (Row& row : rows) {
    for (std::size_t i = 0; i < kColumns; ++i) {
      row[i] = printable(row[i]);
      widths[i] = std::max(widths[i], width_of(row[i]));
    }
  }
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t i = 0; i + 1 < kColumns; ++i) {
      text += rows[r][i];
      text.append(widths[i] - width_of(rows[r][i]) + 2, ' ');
    }
    const bool is_heading = r == 0;
    text += is_heading ? rows[r].back()
                       : coloured(rows[r].back(), report.results[r - 1].verdict, colour);
    text += '\n';
  }
  return text;
}

std::string heading(const Report& report) {
  const Environment& here = report.environment;
  std::string text = fmt::format(
      "PRAGMA set {} ({}), from {}\nSQLite {} ({})\n{} on {} ({}), fdatasync {:.0f} us\n",
      report.set.name(), to_string(report.set.durability()), report.set.source(),
      report.sqlite.version, report.sqlite.source_id, here.directory, here.filesystem,
      here.block_device, here.sync_latency.p50_us);
  for (const std::string& warning : here.filesystem_warnings) {
    text += fmt::format("warning: {}\n", warning);
  }
  return printable(text);
}

// What a bad result means and what to do about it.
std::string explanation(const CheckResult& result, Colour colour) {
  const std::string verdict = fmt::format("{} {}", to_string(result.verdict), result.id);
  std::string text = fmt::format(
      "{}: {} on {}, claimed {}", coloured(verdict, result.verdict, colour),
      printable(result.setting), printable(result.connection), printable(result.claimed));
  if (result.read_back) text += fmt::format(", read back {}", printable(*result.read_back));
  if (result.observed) text += fmt::format(", observed {}", printable(*result.observed));
  text += '\n';
  const std::array<std::pair<std::string_view, const std::string*>, 4> lines = {
      {{"reason", &result.reason},
       {"at stake", &result.consequence},
       {"repair", &result.repair},
       {"see", &result.documentation}}};
  for (const auto& [label, value] : lines) {
    if (!value->empty()) text += fmt::format("  {:<9} {}\n", label, printable(*value));
  }
  return text;
}

std::string summary(const Report& report, Colour colour) {
  const Verdict overall = overall_verdict(report.results);
  std::string counts;
  for (const Verdict verdict :
       {Verdict::Pass, Verdict::Fail, Verdict::Ineffective, Verdict::Misread, Verdict::Warning,
        Verdict::Unknown, Verdict::Skipped}) {
    const auto count = std::ranges::count(report.results, verdict, &CheckResult::verdict);
    if (count == 0) continue;
    counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, to_string(verdict));
  }
  return fmt::format("verdict: {} ({})\n", coloured(to_string(overall), overall, colour),
                     counts.empty() ? "nothing was checked" : counts);
}

}  // namespace

std::string to_text(const Report& report, Colour colour) {
  std::string text = heading(report) + "\n" + table(report, colour) + "\n";
  for (const CheckResult& result : report.results) {
    if (is_bad(result.verdict)) text += explanation(result, colour) + "\n";
  }
  for (const CheckResult& result : report.results) {
    const bool noted = result.verdict == Verdict::Pass && !result.reason.empty();
    if (result.verdict != Verdict::Skipped && !noted) continue;
    text += fmt::format("{}: {} on {}: {}\n", noted ? "note" : "skipped", printable(result.setting),
                        printable(result.connection), printable(result.reason));
  }
  return text + summary(report, colour);
}

}  // namespace pragmark

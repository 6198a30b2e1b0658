#include "crash/crash_matrix.h"

#include <fmt/format.h>

#include "crash/crash_text_parts.h"

namespace pragmark {
namespace crash {
namespace {

std::string lost_text(const CrashExposure& exposure) {
  if (exposure.damages) return "all";
  return fmt::format("{}{}", exposure.bounded ? "" : ">=", exposure.transactions);
}

std::string line_of(const CrashSetResult& result) {
  const ModelCounts kill = result.deciding(false);
  const ModelCounts power = result.deciding(true);
  const CrashExpectation expected = documented_expectation(result.set);
  const std::string difference = difference_from(expected, result);
  return fmt::format(
      "{:<9} {:<7} {:<12} {:>7} {:>8} {:>15} {:>5} {:>15} {:>5} {:>8} {:>9} {:>6.1f}  {}{}{}\n",
      result.set.value("journal_mode"), result.set.value("synchronous"), crash::class_text(result),
      result.images(), result.distinct(), count_text(kill.damaged(), kill.distinct), kill.max_lost,
      count_text(power.damaged(), power.distinct), power.max_lost,
      result.exposure ? lost_text(*result.exposure) : "",
      result.rate ? fmt::format("{:.0f}", result.rate->median) : "", result.seconds,
      expected.documented, difference.empty() ? "" : " | ", difference);
}

}  // namespace

std::string matrix_text(const CrashReport& report) {
  std::string text = fmt::format(
      "{:<9} {:<7} {:<12} {:>7} {:>8} {:>15} {:>5} {:>15} {:>5} {:>8} {:>9} {:>6}  {}\n", "journal",
      "sync", "at best", "images", "distinct", "killed: damage", "lost", "power: damage", "lost",
      "exposure", "commits/s", "s", "documented | differs");
  for (const CrashSetResult& result : report.sets) text += line_of(result);
  for (const CrashSetResult& result : report.sets) {
    if (result.kills.empty() && result.power_cuts.empty()) continue;
    text += fmt::format("{} {}\n{}", result.set.value("journal_mode"),
                        result.set.value("synchronous"), processes_text(result));
  }
  return text +
         "At best: the best class that nothing contradicts. Lost: most acknowledged transactions "
         "in "
         "an image.\nExposure: most acknowledged transactions without a sync that covers them, "
         "without a pause.\n";
}

}  // namespace crash

std::vector<PragmaSet> crash_matrix() {
  std::vector<PragmaSet> sets;
  for (const std::string_view journal : {"DELETE", "TRUNCATE", "PERSIST", "MEMORY", "OFF", "WAL"}) {
    for (const std::string_view synchronous : {"OFF", "NORMAL", "FULL", "EXTRA"}) {
      sets.push_back(PragmaSet::parse("default")
                         .with("journal_mode", journal)
                         .with("synchronous", synchronous));
    }
  }
  return sets;
}

}  // namespace pragmark

// What SQLite documents for journal_mode and synchronous, as
// https://www.sqlite.org/pragma.html#pragma_synchronous and #pragma_journal_mode have it (3.53).
#include <fmt/format.h>

#include "pragmark/verify/crash.h"

namespace pragmark {
namespace {

struct Seen {
  bool damage = false;
  bool loss = false;
};

Seen seen_in(const CrashSetResult& result, bool power) {
  const ModelCounts counts = result.deciding(power);
  Seen seen{.damage = counts.damaged() > 0, .loss = counts.with_loss > 0};
  for (const RoundCounts& rounds : power ? result.power_cuts : result.kills) {
    seen.damage = seen.damage || rounds.damaged_rounds > 0;
    seen.loss = seen.loss || rounds.lost > 0;
  }
  return seen;
}

void add(std::string& text, std::string_view sentence) {
  if (!text.empty()) text += "; ";
  text += sentence;
}

// Known reasons why less goes wrong than the documentation allows for.
std::string_view why_better(const PragmaSet& set) {
  const std::string_view journal = set.value("journal_mode");
  const std::string_view synchronous = set.value("synchronous");
  const bool header = journal == "TRUNCATE" || journal == "PERSIST";
  if (header && synchronous == "FULL") {
    return "the commit truncates or overwrites the journal and syncs that, so that it hangs on no "
           "directory entry; the documentation speaks of DELETE, whose removal FULL does not sync";
  }
  if (synchronous == "NORMAL" && journal != "WAL") {
    return "the window is one journal whose pages and header reach the disk out of order, and its "
           "checksums catch nearly all of these";
  }
  return "";
}

}  // namespace

CrashExpectation documented_expectation(const PragmaSet& set) {
  const std::string_view journal = set.value("journal_mode");
  const std::string_view synchronous = set.value("synchronous");
  if (journal == "MEMORY" || journal == "OFF") {
    return {.kill_may_damage = true,
            .power_may_damage = true,
            .power_may_lose = true,
            .documented = "a crash in the middle of a transaction will very likely corrupt it"};
  }
  if (synchronous == "OFF") {
    return {.kill_may_damage = false,
            .power_may_damage = true,
            .power_may_lose = true,
            .documented = "not consistent: may corrupt with the power, not with the process"};
  }
  if (journal == "WAL") {
    const bool normal = synchronous == "NORMAL";
    return {.kill_may_damage = false,
            .power_may_damage = false,
            .power_may_lose = normal,
            .documented = normal ? "consistent, maybe not durable" : "ACID"};
  }
  if (synchronous == "NORMAL") {
    return {.kill_may_damage = false,
            .power_may_damage = true,
            .power_may_lose = true,
            .documented = "maybe not consistent: a very small chance of corruption"};
  }
  const bool extra = synchronous == "EXTRA";
  return {.kill_may_damage = false,
          .power_may_damage = false,
          .power_may_lose = !extra,
          .documented = extra ? "ACID" : "consistent, maybe not durable"};
}

std::string difference_from(const CrashExpectation& expected, const CrashSetResult& result) {
  const Seen kill = seen_in(result, false);
  const Seen power = seen_in(result, true);
  std::string worse;
  if (kill.damage && !expected.kill_may_damage) add(worse, "WORSE: damage by a killed process");
  if (kill.loss && !expected.kill_may_damage) add(worse, "WORSE: loss by a killed process");
  if (power.damage && !expected.power_may_damage) add(worse, "WORSE: damage by a power cut");
  if (power.loss && !expected.power_may_lose) add(worse, "WORSE: loss by a power cut");
  std::string better;
  if (result.kill_tried && expected.kill_may_damage && !kill.damage) {
    add(better, "no damage by a killed process was found");
  }
  if (result.power_tried && expected.power_may_damage && !power.damage) {
    add(better, "no damage by a power cut was found");
  }
  // Where damage was found nobody counts transactions.
  if (result.power_tried && expected.power_may_lose && !power.loss && !power.damage) {
    add(better, "no loss by a power cut was found");
  }
  const std::string_view why = why_better(result.set);
  if (!better.empty() && !why.empty()) better += fmt::format(" ({})", why);
  if (!better.empty()) add(worse, better);
  return worse;
}

}  // namespace pragmark

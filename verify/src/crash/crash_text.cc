#include <algorithm>

#include <fmt/format.h>

#include "crash/failure_model.h"
#include "crash/memory_vfs.h"
#include "pragmark/verify/crash.h"

namespace pragmark {
namespace {

// "0 (<= 0.03%)" for what was not seen, the count otherwise.
std::string count_text(std::size_t cases, std::size_t trials) {
  if (cases > 0) return fmt::format("{}", cases);
  return trials == 0 ? "0" : fmt::format("0 (<={:.3g}%)", 100 * upper_bound_of_zero(trials));
}

std::string workload_text(const CrashWorkload& workload) {
  std::string text = fmt::format(
      "  {}: {}\n    recorded: {} operations, {} syncs, {} acknowledged transactions, {} KiB, "
      "digest {}\n",
      workload.name, workload.description, workload.operations, workload.syncs,
      workload.acknowledged, workload.recorded_bytes / 1024, workload.digest);
  text += fmt::format("    {:<15} {:>7} {:>8} {:>9} {:>16} {:>7} {:>9} {:>16} {:>8}\n", "model",
                      "points", "images", "distinct", "not sound", "corrupt", "no open",
                      "with loss", "max lost");
  for (const ModelCounts& counts : workload.models) {
    text += fmt::format("    {:<15} {:>7} {:>8} {:>9} {:>16} {:>7} {:>9} {:>16} {:>8}{}\n",
                        counts.model, counts.points, counts.images, counts.distinct,
                        count_text(counts.damaged(), counts.distinct), counts.corrupt,
                        counts.unopenable, count_text(counts.with_loss, counts.distinct),
                        counts.max_lost, counts.promised ? "" : "  (outside the promise)");
  }
  return text;
}

std::string finding_text(const CrashFinding& finding) {
  std::string text =
      fmt::format("  {} [{} {}]: {}\n    after operation {}: {}\n", finding.kind, finding.workload,
                  finding.model, printable(finding.message), finding.point, finding.last_operation);
  if (finding.fault) text += fmt::format("    fault: {}\n", *finding.fault);
  constexpr std::size_t kShown = 8;
  for (std::size_t i = 0; i < std::min(kShown, finding.losses.size()); ++i) {
    text += fmt::format("    lost: {}\n", finding.losses[i]);
  }
  if (finding.losses.size() > kShown) {
    text += fmt::format("    lost: {} more\n", finding.losses.size() - kShown);
  }
  text += fmt::format("    replay: {}\n", printable(finding.command));
  if (!finding.kept.empty()) text += fmt::format("    kept: {}\n", printable(finding.kept));
  return text;
}

std::string exposure_text(const CrashSetResult& result, double commits_per_second) {
  const std::int64_t most = result.exposure_transactions();
  if (most == 0) return "";
  const std::string time =
      commits_per_second > 0
          ? fmt::format(", {:.1f} ms at {:.0f} commits/s",
                        1000 * static_cast<double>(most) / commits_per_second, commits_per_second)
          : "";
  return fmt::format(
      "  exposure: up to {} acknowledged transactions{}, as many as the workload makes between "
      "two syncs; SQLite sets no limit of its own\n",
      most, time);
}

std::string set_text(const CrashSetResult& result, double commits_per_second) {
  const CrashExpectation expected = documented_expectation(result.set);
  std::string text =
      fmt::format("{}: {}, promised {}; {}\n  {} images, {} distinct and judged, {:.1f} s ({:.1f} "
                  "s of one processor: "
                  "{:.0f} images/s)\n",
                  printable(result.set.name()),
                  result.measured == DurabilityClass::Unsafe
                      ? "unsafe"
                      : fmt::format("nothing worse than {} was found", to_string(result.measured)),
                  to_string(result.promised), result.holds() ? "holds" : "DOES NOT HOLD",
                  result.images(), result.distinct(), result.seconds, result.cpu_seconds,
                  static_cast<double>(result.images()) / std::max(result.cpu_seconds, 1e-9));
  text += exposure_text(result, commits_per_second);
  text += fmt::format("  documented: {}\n", expected.documented);
  const std::string difference = difference_from(expected, result);
  if (!difference.empty()) text += fmt::format("  differs: {}\n", difference);
  for (const CrashWorkload& workload : result.workloads) text += workload_text(workload);
  if (result.kills) {
    text += fmt::format(
        "  kill -9: {} rounds, {} threads, strategy {}: {} acknowledged operations, {} lost, {} "
        "rounds with damage{}{}\n",
        result.kills->rounds, result.kills->threads, result.kills->strategy,
        result.kills->acknowledged, result.kills->lost, result.kills->damaged_rounds,
        result.kills->finding.empty() ? "" : "; first: ", printable(result.kills->finding));
  }
  if (!result.findings.empty()) text += "  findings, each with the smallest set that shows it\n";
  for (const CrashFinding& finding : result.findings) text += "  " + finding_text(finding);
  return text + "\n";
}

struct Cell {
  std::size_t damaged = 0;
  std::size_t distinct = 0;
  std::int64_t max_lost = 0;
};

Cell cell_of(const CrashSetResult& result, bool power) {
  Cell cell;
  for (const CrashWorkload& workload : result.workloads) {
    for (const ModelCounts& counts : workload.models) {
      if (!counts.promised || counts.power != power) continue;
      cell.damaged += counts.damaged();
      cell.distinct += counts.distinct;
      cell.max_lost = std::max(cell.max_lost, counts.max_lost);
    }
  }
  return cell;
}

std::string matrix_text(const CrashReport& report) {
  std::string text = fmt::format("{:<10} {:<7} {:>7} {:>8} {:>15} {:>5} {:>15} {:>5} {:>6}  {}\n",
                                 "journal", "sync", "images", "distinct", "killed: damage", "lost",
                                 "power: damage", "lost", "s", "documented | differs");
  for (const CrashSetResult& result : report.sets) {
    const Cell kill = cell_of(result, false);
    const Cell power = cell_of(result, true);
    const CrashExpectation expected = documented_expectation(result.set);
    const std::string difference = difference_from(expected, result);
    text += fmt::format("{:<10} {:<7} {:>7} {:>8} {:>15} {:>5} {:>15} {:>5} {:>6.1f}  {}{}{}\n",
                        result.set.value("journal_mode"), result.set.value("synchronous"),
                        result.images(), result.distinct(), count_text(kill.damaged, kill.distinct),
                        kill.max_lost, count_text(power.damaged, power.distinct), power.max_lost,
                        result.seconds, expected.documented, difference.empty() ? "" : " | ",
                        difference);
  }
  return text;
}

std::string assumptions_text(const CrashReport& report) {
  std::string text = fmt::format(
      "SQLite {}; seed {}; sectors of {} B, torn at {} B; a recording takes at most {} MiB\n"
      "Assumptions:\n",
      report.sqlite.version, report.seed, crash::kSectorBytes, 512,
      report.memory_limit_bytes >> 20U);
  for (const crash::ModelInfo& info : crash::models()) {
    text += fmt::format("  {:<15} {}\n", info.name, info.assumption);
  }
  return text +
         "  0 (<=x%) is none found, with the one-sided 95% bound of its share of such images.\n"
         "  Not tested: a crash during recovery, several directories, real hardware.\n\n";
}

}  // namespace

std::string to_text(const CrashReport& report) {
  std::string text = assumptions_text(report);
  if (report.sabotage != CrashSabotage::None) {
    text += fmt::format("Negative control: {}\n\n", to_string(report.sabotage));
  }
  if (report.matrix) return text + matrix_text(report);
  for (const CrashSetResult& result : report.sets) {
    text += set_text(result, report.commits_per_second);
  }
  return text;
}

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

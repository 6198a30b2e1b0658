#include <algorithm>

#include <fmt/format.h>

#include "crash/crash_matrix.h"
#include "crash/crash_text_parts.h"
#include "crash/failure_model.h"
#include "crash/memory_vfs.h"
#include "pragmark/verify/crash.h"

namespace pragmark {
namespace {

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
                        crash::count_text(counts.damaged(), counts.distinct), counts.corrupt,
                        counts.unopenable, crash::count_text(counts.with_loss, counts.distinct),
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

std::string set_text(const CrashSetResult& result) {
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
  text += crash::rate_text(result.rate) + crash::exposure_text(result);
  text += fmt::format("  documented: {}\n", expected.documented);
  const std::string difference = difference_from(expected, result);
  if (!difference.empty()) text += fmt::format("  differs: {}\n", difference);
  for (const CrashWorkload& workload : result.workloads) text += workload_text(workload);
  for (const SkippedWorkload& skipped : result.skipped) {
    text += fmt::format("  skipped: {}: {}\n", skipped.name, skipped.reason);
  }
  text += crash::kills_text(result);
  if (!result.findings.empty()) text += "  findings, each with the smallest set that shows it\n";
  for (const CrashFinding& finding : result.findings) text += "  " + finding_text(finding);
  return text + "\n";
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
         "  Not tested: a crash during recovery, several directories, a block or FUSE layer that\n"
         "  drops writes, real hardware.\n\n";
}

}  // namespace

std::string to_text(const CrashReport& report) {
  std::string text = assumptions_text(report);
  if (report.sabotage != CrashSabotage::None) {
    text += fmt::format("Negative control: {}\n\n", to_string(report.sabotage));
  }
  if (report.matrix) return text + crash::matrix_text(report);
  for (const CrashSetResult& result : report.sets) text += set_text(result);
  return text;
}

}  // namespace pragmark

#include <algorithm>

#include <fmt/format.h>

#include "crash/crash_matrix.h"
#include "crash/crash_text_parts.h"
#include "crash/failure_model.h"
#include "crash/image.h"
#include "crash/memory_vfs.h"
#include "pragmark/verify/crash.h"

namespace pragmark {
namespace {

std::string header_of(std::string_view first) {
  return fmt::format("    {:<15} {:>7} {:>8} {:>9} {:>16} {:>7} {:>9} {:>16} {:>8}\n", first,
                     "points", "images", "distinct", "not sound", "corrupt", "no open", "with loss",
                     "max lost");
}

std::string counts_text(const std::vector<ModelCounts>& models) {
  std::string text = header_of("model");
  for (const ModelCounts& counts : models) {
    text += fmt::format("    {:<15} {:>7} {:>8} {:>9} {:>16} {:>7} {:>9} {:>16} {:>8}{}\n",
                        counts.model, counts.points, counts.images, counts.distinct,
                        crash::count_text(counts.damaged(), counts.distinct), counts.corrupt,
                        counts.unopenable, crash::count_text(counts.with_loss, counts.distinct),
                        counts.max_lost, counts.promised ? "" : "  (outside the promise)");
  }
  return text;
}

std::string workloads_text(const CrashSetResult& result, CrashDetail detail) {
  std::string text;
  for (const CrashWorkload& workload : result.workloads) {
    text +=
        fmt::format("  {}: {}\n    recorded: {} operations, {} syncs, {} acknowledged, {} KiB\n",
                    workload.name, workload.description, workload.operations, workload.syncs,
                    workload.acknowledged, workload.recorded_bytes / 1024);
    if (detail == CrashDetail::Full) text += counts_text(workload.models);
  }
  for (const SkippedWorkload& skipped : result.skipped) {
    text += fmt::format("  skipped: {}: {}\n", skipped.name, skipped.reason);
  }
  if (detail == CrashDetail::Full || result.workloads.empty()) return text;
  std::vector<ModelCounts> sums = result.by_model();
  for (const bool power : {false, true}) {
    if (ModelCounts side = result.deciding(power); side.images > 0) sums.push_back(std::move(side));
  }
  return text + "  all workloads; killed process and power cut sum the models that decide\n" +
         counts_text(sums);
}

std::string finding_text(const CrashFinding& finding, std::size_t losses_shown) {
  std::string text = fmt::format("    {} [{} {}]: {}\n      after operation {}: {}\n", finding.kind,
                                 finding.workload, finding.model, printable(finding.message),
                                 finding.point, finding.last_operation);
  if (finding.fault) text += fmt::format("      fault: {}\n", *finding.fault);
  const std::size_t shown = std::min(losses_shown, finding.losses.size());
  for (std::size_t i = 0; i < shown; ++i) {
    text += fmt::format("      lost: {}\n", finding.losses[i]);
  }
  if (finding.smallest > shown) {
    text += fmt::format("      lost: {} more\n", finding.smallest - shown);
  }
  if (finding.lost_operations > finding.smallest) {
    text += fmt::format("      that is enough of the {} that were lost\n", finding.lost_operations);
  }
  text += fmt::format("      replay: {}\n", printable(finding.command));
  if (!finding.kept.empty()) text += fmt::format("      kept: {}\n", printable(finding.kept));
  return text;
}

// Of each model and kind, the one with the fewest losses.
std::vector<CrashFinding> smallest_of_each(const std::vector<CrashFinding>& findings) {
  std::vector<CrashFinding> smallest;
  for (const CrashFinding& finding : findings) {
    const auto known = std::ranges::find_if(smallest, [&](const CrashFinding& other) {
      return other.model == finding.model && other.kind == finding.kind;
    });
    if (known == smallest.end()) {
      smallest.push_back(finding);
    } else if (finding.smallest < known->smallest) {
      *known = finding;
    }
  }
  return smallest;
}

std::string findings_text(const CrashSetResult& result, CrashDetail detail) {
  if (result.findings.empty()) return "";
  const bool full = detail == CrashDetail::Full;
  const std::vector<CrashFinding> shown =
      full ? result.findings : smallest_of_each(result.findings);
  constexpr std::size_t kFewLosses = 3;
  std::string text = "  findings, each with the smallest set of lost operations that shows it\n";
  for (const CrashFinding& finding : shown) {
    text += finding_text(finding, full ? finding.losses.size() : kFewLosses);
  }
  const std::size_t more = result.findings.size() - shown.size();
  if (more > 0) text += fmt::format("    {} more of these kinds: --verbose, --format json\n", more);
  return text;
}

std::string_view words_of(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::Pass: return "holds";
    case Verdict::Fail: return "DOES NOT HOLD";
    default: return "not determined";
  }
}

std::string verdict_text(const CrashSetResult& result) {
  const std::optional<DurabilityClass> found = result.measured();
  std::string text = printable(result.set.name()) + ": ";
  if (result.uncontradicted == DurabilityClass::Unsafe) {
    text += "unsafe";
  } else if (result.uncontradicted > result.promised) {
    text += fmt::format("{} at best", to_string(result.uncontradicted));
  } else if (!found) {
    text += "nothing contradicts its class, and not all of it was tried";
  } else {
    text += fmt::format("nothing worse than {} was found", to_string(*found));
  }
  text += result.promised == DurabilityClass::Unsafe
              ? ", and nothing is promised\n"
              : fmt::format(", promised {}; {}\n", to_string(result.promised),
                            words_of(result.verdict()));
  if (!result.kill_tried) text += "  not tried: a killed process\n";
  if (!result.power_tried) text += "  not tried: a power cut\n";
  return text;
}

std::string set_text(const CrashSetResult& result, CrashDetail detail) {
  const CrashExpectation expected = documented_expectation(result.set);
  std::string text = verdict_text(result);
  if (!result.workloads.empty()) {
    text += fmt::format(
        "  {} images, {} distinct and judged, {:.1f} s ({:.1f} s of one processor: {:.0f} "
        "images/s)\n",
        result.images(), result.distinct(), result.seconds, result.cpu_seconds,
        static_cast<double>(result.images()) / std::max(result.cpu_seconds, 1e-9));
  }
  text += crash::rate_text(result.rate) + crash::exposure_text(result);
  text += fmt::format("  documented: {}\n", expected.documented);
  const std::string difference = difference_from(expected, result);
  if (!difference.empty()) text += fmt::format("  differs: {}\n", difference);
  text += workloads_text(result, detail) + crash::processes_text(result);
  return text + findings_text(result, detail) + "\n";
}

std::string assumptions_text(const CrashReport& report) {
  std::string text = fmt::format(
      "SQLite {}; seed {}; sectors of {} B, torn at {} B; a recording takes at most {} MiB\n"
      "Assumptions (--models, --[no-]powersafe-overwrite):\n",
      report.sqlite.version, report.seed, crash::kSectorBytes, crash::kPieceBytes,
      report.memory_limit_bytes >> 20U);
  for (const crash::ModelInfo& info : crash::models()) {
    text += fmt::format("  {:<15} {}\n", info.name, info.assumption);
  }
  text +=
      report.powersafe_overwrite
          ? "  A write that is cut off leaves the rest of its sector alone (POWERSAFE_OVERWRITE).\n"
          : "  A write that is cut off may damage the rest of its sector, and SQLite is told so "
            "(no "
            "POWERSAFE_OVERWRITE).\n";
  return text +
         "  0 (<=x%) is none found, with the one-sided 95% bound of its share of such images.\n"
         "  Not tested: a crash during recovery, several directories or attached databases, real\n"
         "  hardware. A real process and a real filesystem: --kill-rounds, --power-rounds.\n\n";
}

}  // namespace

std::string to_text(const CrashReport& report, CrashDetail detail) {
  std::string text = assumptions_text(report);
  if (report.sabotage != CrashSabotage::None) {
    text += fmt::format("Negative control: {}\n\n", to_string(report.sabotage));
  }
  if (report.matrix) return text + crash::matrix_text(report);
  for (const CrashSetResult& result : report.sets) text += set_text(result, detail);
  return text;
}

}  // namespace pragmark

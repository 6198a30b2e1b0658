// Keys and their order are the schema "pragmark.crash/1" (reports/schema/crash.schema.json).
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "crash/failure_model.h"
#include "crash/image.h"
#include "crash/memory_vfs.h"
#include "pragmark/verify/crash.h"
#include "pragmark/verify/environment_grade.h"
#include "pragmark/version.h"

namespace pragmark {
namespace {

using Json = nlohmann::ordered_json;

Json bound_of(std::size_t cases, std::size_t trials) {
  return cases == 0 && trials > 0 ? Json(upper_bound_of_zero(trials)) : Json(nullptr);
}

Json json_of(const ModelCounts& counts) {
  return {{"model", counts.model},
          {"power", counts.power},
          {"promised", counts.promised},
          {"points", counts.points},
          {"images", counts.images},
          {"exhaustive", counts.exhaustive},
          {"distinct", counts.distinct},
          {"inconsistent", counts.inconsistent},
          {"corrupt", counts.corrupt},
          {"unopenable", counts.unopenable},
          {"with_loss", counts.with_loss},
          {"max_lost", counts.max_lost},
          {"damage_upper_bound_95", bound_of(counts.damaged(), counts.distinct)},
          {"loss_upper_bound_95", bound_of(counts.with_loss, counts.distinct)}};
}

Json json_of(const CrashWorkload& workload) {
  Json models = Json::array();
  for (const ModelCounts& counts : workload.models) models.push_back(json_of(counts));
  return {{"name", workload.name},
          {"description", workload.description},
          {"operations", workload.operations},
          {"syncs", workload.syncs},
          {"acknowledged", workload.acknowledged},
          {"recorded_bytes", workload.recorded_bytes},
          {"digest", workload.digest},
          {"models", std::move(models)},
          {"judged", workload.judged},
          {"kill", json_of(workload.kill)},
          {"power", json_of(workload.power)}};
}

Json json_of(const CrashFinding& finding) {
  return {{"finding", printable(finding.text)},
          {"workload", finding.workload},
          {"model", finding.model},
          {"kind", finding.kind},
          {"message", printable(finding.message)},
          {"point", finding.point},
          {"last_operation", finding.last_operation},
          {"fault", finding.fault ? Json(*finding.fault) : Json(nullptr)},
          {"lost", finding.lost},
          {"losses", finding.losses},
          {"smallest", finding.smallest},
          {"lost_operations", finding.lost_operations},
          {"command", printable(finding.command)},
          {"kept", finding.kept.empty() ? Json(nullptr) : Json(printable(finding.kept))}};
}

Json json_of(const RoundCounts& counts) {
  const auto rounds = static_cast<std::size_t>(counts.rounds);
  return {
      {"strategy", counts.strategy},
      {"threads", counts.threads},
      {"rounds", counts.rounds},
      {"acknowledged", counts.acknowledged},
      {"lost", counts.lost},
      {"most_lost", counts.most_lost},
      {"rounds_with_loss", counts.rounds_with_loss},
      {"loss_upper_bound_95", bound_of(static_cast<std::size_t>(counts.rounds_with_loss), rounds)},
      {"damaged_rounds", counts.damaged_rounds},
      {"damage_upper_bound_95", bound_of(static_cast<std::size_t>(counts.damaged_rounds), rounds)},
      {"finding", printable(counts.finding)}};
}

Json json_of(const CrashExposure& exposure) {
  return {{"transactions", exposure.transactions},
          {"run_transactions", exposure.run_transactions},
          {"points", exposure.points},
          {"points_judged", exposure.points_judged},
          {"bounded", exposure.bounded},
          {"damages", exposure.damages}};
}

Json number_or_null(const std::optional<double>& number) {
  return number ? Json(*number) : Json(nullptr);
}

Json json_of(const CommitRate& rate) {
  return {{"median", rate.median},
          {"low", number_or_null(rate.low)},
          {"high", number_or_null(rate.high)},
          {"slices", rate.slices}};
}

Json json_of(const SkippedWorkload& skipped) {
  return {{"workload", skipped.name}, {"reason", skipped.reason}};
}

// After the functions that it calls.
template <typename Each>
Json list_of(const std::vector<Each>& all) {
  Json list = Json::array();
  for (const Each& each : all) list.push_back(json_of(each));
  return list;
}

Json json_of(const CrashSetResult& result) {
  const CrashExpectation expected = documented_expectation(result.set);
  return {{"set", printable(result.set.name())},
          {"journal_mode", result.set.value("journal_mode")},
          {"synchronous", result.set.value("synchronous")},
          {"promised", to_string(result.promised)},
          {"measured", result.measured() ? Json(to_string(*result.measured())) : Json(nullptr)},
          {"kill_tried", result.kill_tried},
          {"power_tried", result.power_tried},
          {"holds", result.verdict() == Verdict::Unknown ? Json(nullptr)
                                                         : Json(result.verdict() == Verdict::Pass)},
          {"documented", expected.documented},
          {"difference", difference_from(expected, result)},
          {"exposure", result.exposure ? json_of(*result.exposure) : Json(nullptr)},
          {"exposure_ms", number_or_null(result.exposure_ms())},
          {"commits_per_second", result.rate ? json_of(*result.rate) : Json(nullptr)},
          {"images", result.images()},
          {"distinct", result.distinct()},
          {"seconds", result.seconds},
          {"cpu_seconds", result.cpu_seconds},
          {"workloads", list_of(result.workloads)},
          {"skipped", list_of(result.skipped)},
          {"findings", list_of(result.findings)},
          {"kills", list_of(result.kills)},
          {"power_cuts", list_of(result.power_cuts)}};
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

// Where it was measured, under the keys that results of bench have: texts.
Json context_of(const CrashReport& report) {
  if (!report.environment) return Json::object();
  const Environment& here = *report.environment;
  const std::vector<GradeReason> reasons = grade_reasons(here);
  return {
      {"pragmark_version", kVersion},
      {"pragmark_build_type", kBuildType},
      {"sqlite_version", report.sqlite.version},
      {"sqlite_source_id", report.sqlite.source_id},
      {"sqlite_compile_options", joined(report.sqlite.compile_options)},
      {"filesystem", printable(here.filesystem)},
      {"block_device", printable(here.block_device)},
      {"fdatasync_us_p50",
       here.sync_latency.n > 0 ? fmt::format("{:.1f}", here.sync_latency.p50_us) : "not measured"},
      {"cpu_model", printable(here.cpu_model)},
      {"num_cpus", std::to_string(here.cpu_count)},
      {"memory_bytes", std::to_string(here.memory_bytes)},
      {"virtualization", printable(here.virtualization)},
      {"kernel", printable(here.kernel)},
      {"steal_percent",
       here.steal_percent ? fmt::format("{:.2f}", *here.steal_percent) : "unknown"},
      {"environment_grade", to_string(grade_of(reasons))},
      {"environment_reasons", printable(sentences_of(reasons))}};
}

Json assumptions() {
  Json list = Json::array();
  for (const crash::ModelInfo& info : crash::models()) {
    list.push_back({{"model", info.name},
                    {"assumption", info.assumption},
                    {"power", info.power},
                    {"promised", info.promised}});
  }
  return list;
}

}  // namespace

std::string to_json(const CrashReport& report) {
  Json sets = Json::array();
  for (const CrashSetResult& result : report.sets) sets.push_back(json_of(result));
  const Json json = {{"schema", "pragmark.crash/1"},
                     {"pragmark_version", kVersion},
                     {"command", printable(report.command)},
                     {"context", context_of(report)},
                     {"seed", report.seed},
                     {"images_asked", report.images_asked},
                     {"memory_limit_bytes", report.memory_limit_bytes},
                     {"sector_bytes", crash::kSectorBytes},
                     {"piece_bytes", crash::kPieceBytes},
                     {"powersafe_overwrite", report.powersafe_overwrite},
                     {"sabotage", to_string(report.sabotage)},
                     {"matrix", report.matrix},
                     {"models", assumptions()},
                     {"sets", std::move(sets)}};
  constexpr int kIndent = 2;
  return json.dump(kIndent) + "\n";
}

}  // namespace pragmark

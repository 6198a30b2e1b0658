// Keys and their order are the schema "pragmark.crash/1" (reports/schema/crash.schema.json).
#include <nlohmann/json.hpp>

#include "crash/failure_model.h"
#include "crash/image.h"
#include "crash/memory_vfs.h"
#include "pragmark/verify/crash.h"
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
          {"models", std::move(models)}};
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
          {"command", printable(finding.command)},
          {"kept", finding.kept.empty() ? Json(nullptr) : Json(printable(finding.kept))}};
}

Json json_of(const std::optional<KillCounts>& kills) {
  if (!kills) return nullptr;
  return {{"strategy", kills->strategy},
          {"threads", kills->threads},
          {"rounds", kills->rounds},
          {"acknowledged", kills->acknowledged},
          {"lost", kills->lost},
          {"damaged_rounds", kills->damaged_rounds},
          {"finding", printable(kills->finding)}};
}

Json json_of(const CrashSetResult& result, double commits_per_second) {
  const CrashExpectation expected = documented_expectation(result.set);
  const auto exposure = static_cast<double>(result.exposure_transactions());
  constexpr double kMsPerSecond = 1000;
  Json workloads = Json::array();
  for (const CrashWorkload& workload : result.workloads) workloads.push_back(json_of(workload));
  Json findings = Json::array();
  for (const CrashFinding& finding : result.findings) findings.push_back(json_of(finding));
  return {
      {"set", printable(result.set.name())},
      {"journal_mode", result.set.value("journal_mode")},
      {"synchronous", result.set.value("synchronous")},
      {"promised", to_string(result.promised)},
      {"measured", to_string(result.measured)},
      {"holds", result.holds()},
      {"documented", expected.documented},
      {"difference", difference_from(expected, result)},
      {"exposure_transactions", result.exposure_transactions()},
      {"exposure_ms",
       commits_per_second > 0 ? Json(exposure / commits_per_second * kMsPerSecond) : Json(nullptr)},
      {"images", result.images()},
      {"distinct", result.distinct()},
      {"seconds", result.seconds},
      {"workloads", std::move(workloads)},
      {"findings", std::move(findings)},
      {"kills", json_of(result.kills)}};
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
  for (const CrashSetResult& result : report.sets) {
    sets.push_back(json_of(result, report.commits_per_second));
  }
  const Json json = {
      {"schema", "pragmark.crash/1"},
      {"pragmark_version", kVersion},
      {"sqlite",
       {{"version", report.sqlite.version},
        {"source_id", report.sqlite.source_id},
        {"compile_options", report.sqlite.compile_options}}},
      {"seed", report.seed},
      {"images_asked", report.images_asked},
      {"memory_limit_bytes", report.memory_limit_bytes},
      {"sector_bytes", crash::kSectorBytes},
      {"piece_bytes", crash::kPieceBytes},
      {"sabotage", to_string(report.sabotage)},
      {"matrix", report.matrix},
      {"commits_per_second",
       report.commits_per_second > 0 ? Json(report.commits_per_second) : Json(nullptr)},
      {"models", assumptions()},
      {"sets", std::move(sets)}};
  constexpr int kIndent = 2;
  return json.dump(kIndent) + "\n";
}

}  // namespace pragmark

// Keys and their order are the schema "pragmark.verify/1": additions may follow, a change of what
// stands here needs another number.
#include <nlohmann/json.hpp>

#include "pragmark/verify/environment_grade.h"
#include "pragmark/verify/report_format.h"
#include "pragmark/version.h"

namespace pragmark {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::optional<std::string>& text) {
  return text ? Json(printable(*text)) : Json(nullptr);
}

Json json_of(const PragmaSet& set) {
  Json settings = Json::array();
  for (const Setting& setting : set.settings()) {
    settings.push_back({{"name", setting.spec->name}, {"value", setting.value}});
  }
  return {{"name", printable(set.name())},
          {"source", printable(set.source())},
          {"description", printable(set.description())},
          {"durability", to_string(set.durability())},
          {"settings", std::move(settings)}};
}

Json json_of(const SqliteLibrary& library) {
  return {{"version", library.version},
          {"source_id", library.source_id},
          {"compile_options", library.compile_options}};
}

Json json_of(const Environment& here) {
  const std::vector<GradeReason> reasons = grade_reasons(here);
  return {{"directory", printable(here.directory)},
          {"filesystem", here.filesystem},
          {"block_device", printable(here.block_device)},
          {"mount_options", printable(here.mount_options)},
          {"fdatasync_us_p50", here.sync_latency.p50_us},
          {"filesystem_warnings", here.filesystem_warnings},
          {"cpu_model", printable(here.cpu_model)},
          {"cpu_count", here.cpu_count},
          {"memory_bytes", here.memory_bytes},
          {"virtualization", printable(here.virtualization)},
          {"kernel", here.kernel},
          {"steal_percent", here.steal_percent ? Json(*here.steal_percent) : Json(nullptr)},
          {"environment_grade", to_string(grade_of(reasons))},
          {"environment_reasons", printable(sentences_of(reasons))}};
}

Json json_of(const CheckResult& result) {
  return {{"id", result.id},
          {"stage", result.stage},
          {"connection", result.connection},
          {"setting", result.setting},
          {"scope", result.scope},
          {"claimed", printable(result.claimed)},
          {"read_back", text_or_null(result.read_back)},
          {"observed", text_or_null(result.observed)},
          {"verdict", to_string(result.verdict)},
          {"reason", printable(result.reason)},
          {"consequence", result.consequence},
          {"repair", result.repair},
          {"documentation", result.documentation}};
}

}  // namespace

std::string to_json(const Report& report) {
  Json checks = Json::array();
  for (const CheckResult& result : report.results) checks.push_back(json_of(result));
  const Json json = {
      {"schema", "pragmark.verify/1"},    {"verdict", to_string(overall_verdict(report.results))},
      {"pragmark_version", kVersion},     {"pragma_set", json_of(report.set)},
      {"sqlite", json_of(report.sqlite)}, {"environment", json_of(report.environment)},
      {"stages", report.stages},          {"checks", std::move(checks)},
      {"strict", report.strict}};
  constexpr int kIndent = 2;
  return json.dump(kIndent) + "\n";
}

}  // namespace pragmark

#include "pragmark/bench/result_document.h"

#include <set>
#include <sstream>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "pragmark/verify/environment_grade.h"
#include "pragmark/verify/sqlite_library.h"
#include "pragmark/version.h"

namespace pragmark {
namespace {

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string settings_of(const PragmaSet& set) {
  std::vector<std::string> settings;
  for (const Setting& setting : set.settings()) {
    settings.push_back(fmt::format("{}={}", setting.spec->name, setting.value));
  }
  return joined(settings, "; ");
}

// The machine is graded when the run is over, by what it took from this run.
std::vector<GradeReason> reasons_after(const RunDescription& run) {
  Environment here = run.environment;
  here.steal_percent = run.steal_percent;
  return grade_reasons(here);
}

}  // namespace

ContextEntries context_entries(const RunDescription& run,
                               const std::vector<Configuration>& configurations) {
  const Environment& here = run.environment;
  const std::vector<GradeReason> reasons = reasons_after(run);
  const SqliteLibrary sqlite = linked_sqlite();
  ContextEntries entries = {
      {"pragmark_version", std::string(kVersion)},
      {"pragmark_build_type", std::string(kBuildType)},
      {"sqlite_version", sqlite.version},
      {"sqlite_source_id", sqlite.source_id},
      {"sqlite_compile_options", joined(sqlite.compile_options, " ")},
      {"filesystem", here.filesystem},
      {"filesystem_warning", joined(here.filesystem_warnings, "; ")},
      {"block_device", here.block_device},
      {"fdatasync_us_p50", fmt::format("{:.1f}", here.sync_latency.p50_us)},
      {"cpu_model", here.cpu_model},
      {"memory_bytes", std::to_string(here.memory_bytes)},
      {"virtualization", here.virtualization},
      {"kernel", here.kernel},
      {"steal_percent", run.steal_percent ? fmt::format("{:.2f}", *run.steal_percent) : "unknown"},
      {"environment_grade", std::string(to_string(grade_of(reasons)))},
      {"environment_reasons", sentences_of(reasons)},
      {"seed", std::to_string(run.seed)},
      {"command", run.command},
      {"preset", run.preset},
      {"counting_vfs", run.counting_vfs ? "on" : "off"},
      {"counting_vfs_cost_percent",
       run.vfs_costs ? to_string(run.vfs_costs->write) : "not measured"},
      {"counting_vfs_read_cost_percent",
       run.vfs_costs ? to_string(run.vfs_costs->read) : "not measured"},
  };
  if (run.python) {
    entries.emplace_back("python_sqlite_version", run.python->sqlite_version);
    entries.emplace_back("python_version", run.python->python_version);
  }
  std::set<std::string> named;
  for (const Configuration& configuration : configurations) {
    const PragmaSet& set = configuration.set;
    if (!named.insert(set.name()).second) continue;
    entries.emplace_back("pragma_set:" + set.name(), settings_of(set));
  }
  return entries;
}

std::string result_document(const ContextEntries& context, const ResultCollector::Rows& rows) {
  for (const auto& [key, value] : context) benchmark::AddCustomContext(key, value);
  std::ostringstream text;
  benchmark::JSONReporter json;
  json.SetOutputStream(&text);
  json.ReportContext(benchmark::BenchmarkReporter::Context());
  for (const auto& group : rows) json.ReportRuns(group);
  json.Finalize();
  return text.str();
}

}  // namespace pragmark

#include "pragmark/verify/stage.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "pragmark/error.h"
#include "pragmark/verify/behaviour.h"
#include "pragmark/verify/durability.h"
#include "pragmark/verify/interrupt.h"
#include "pragmark/verify/library.h"
#include "pragmark/verify/scratch_directory.h"
#include "pragmark/verify/values.h"

namespace pragmark {
namespace {

constexpr std::array kStages = {
    StageInfo{"values", "does SQLite answer with what the set claims, on every connection?",
              run_values_stage},
    StageInfo{"behaviour", "does each setting have the effect that its value promises?",
              run_behaviour_stage},
    StageInfo{"library", "is the linked SQLite one on which the set means what it says?",
              run_library_stage},
    StageInfo{"durability", "does a crash cost no more than SQLite documents for the set?",
              run_durability_stage, true},
};

std::string names_of_stages() {
  std::string names;
  for (const StageInfo& stage : kStages) {
    if (!names.empty()) names += ", ";
    names += stage.name;
  }
  return names;
}

std::vector<const StageInfo*> chosen_stages(const std::vector<std::string>& names) {
  for (const std::string& name : names) static_cast<void>(find_stage(name));
  std::vector<const StageInfo*> chosen;
  for (const StageInfo& stage : kStages) {
    const bool named = std::ranges::find(names, stage.name) != names.end();
    if (named || (names.empty() && !stage.on_request)) chosen.push_back(&stage);
  }
  return chosen;
}

}  // namespace

std::span<const StageInfo> stages() noexcept { return kStages; }

const StageInfo& find_stage(std::string_view name) {
  const auto* found = std::ranges::find(kStages, name, &StageInfo::name);
  if (found == std::end(kStages)) {
    throw Error::usage(fmt::format("stage '{}': this build has only: {}", name, names_of_stages()));
  }
  return *found;
}

Report verify(const VerifyOptions& options) {
  const std::vector<const StageInfo*> chosen = chosen_stages(options.stages);
  ScratchDirectory scratch(options.directory);
  const StealMeter steal;
  Report report{options.set, linked_sqlite(), probe_environment(options.directory), {}, {}};
  for (const StageInfo* stage : chosen) {
    throw_if_interrupted();
    const std::filesystem::path own = scratch.path() / stage->name;
    std::error_code error;
    std::filesystem::create_directory(own, error);
    if (error) throw Error::environment("create", error.message(), own.string());
    std::vector<CheckResult> results =
        stage->run({.set = options.set, .scratch = own, .tampering = options.tampering});
    report.stages.emplace_back(stage->name);
    report.results.insert(report.results.end(), std::make_move_iterator(results.begin()),
                          std::make_move_iterator(results.end()));
  }
  report.environment.steal_percent = steal.percent();
  report.strict = options.strict;
  if (options.strict) {
    for (CheckResult& result : report.results) {
      if (result.verdict == Verdict::Warning) result.verdict = Verdict::Fail;
    }
  }
  throw_if_interrupted();
  scratch.remove();
  return report;
}

}  // namespace pragmark

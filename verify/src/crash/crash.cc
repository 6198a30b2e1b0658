// Runs the experiment for each set: the images are divided between workloads and models; what a
// model has no use for goes to the next.
#include "pragmark/verify/crash.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include <fmt/format.h>

#include "crash/commit_rate.h"
#include "crash/experiment.h"
#include "crash/exposure.h"
#include "crash/kill_rounds.h"
#include "crash/workload.h"
#include "pragmark/error.h"
#include "pragmark/strategy.h"
#include "pragmark/verify/interrupt.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {
namespace {

using crash::Experiment;
using crash::Model;

std::vector<Model> chosen_models(const CrashOptions& options) {
  std::vector<Model> chosen;
  for (const std::string& name : options.models) chosen.push_back(crash::parse_model(name));
  if (chosen.empty()) {
    for (const crash::ModelInfo& info : crash::models()) chosen.push_back(info.model);
  }
  return chosen;
}

void say(const CrashOptions& options, const PragmaSet& set, std::string_view what) {
  if (options.progress) options.progress(fmt::format("{}: {}", set.name(), what));
}

// What the counts contradict.
DurabilityClass uncontradicted_class(const CrashSetResult& result) {
  for (const KillCounts& kills : result.kills) {
    if (kills.lost > 0 || kills.damaged_rounds > 0) return DurabilityClass::Unsafe;
  }
  DurabilityClass best = DurabilityClass::PowerSafe;
  if (result.exposure && result.exposure->damages) return DurabilityClass::Unsafe;
  if (result.exposure && result.exposure->transactions > 0) best = DurabilityClass::ProcessSafe;
  const ModelCounts kill = result.deciding(false);
  const ModelCounts power = result.deciding(true);
  if (kill.damaged() + kill.with_loss + power.damaged() > 0) return DurabilityClass::Unsafe;
  return power.with_loss > 0 ? DurabilityClass::ProcessSafe : best;
}

CrashWorkload explore_workload(Experiment& experiment, const std::vector<Model>& models,
                               std::size_t images) {
  CrashWorkload workload = experiment.facts();
  std::size_t left = images;
  for (std::size_t i = 0; i < models.size(); ++i) {
    throw_if_interrupted();
    const std::size_t share = left / (models.size() - i);
    workload.models.push_back(experiment.explore_model(models[i], share));
    left -= std::min(left, workload.models.back().images);
  }
  return workload;
}

void replay_one(const PragmaSet& set, const CrashOptions& options, CrashSetResult& result) {
  const crash::FindingText text = crash::parse_finding(options.replay);
  Experiment experiment({.run = options, .set = set, .workload = text.workload, .images = 1});
  CrashWorkload workload = experiment.facts();
  workload.models.push_back(experiment.replay(text));
  result.workloads.push_back(std::move(workload));
  result.findings = experiment.take_findings();
}

// The workloads to run; those that the set cannot run are told as skipped.
std::vector<std::string> chosen_workloads(const CrashOptions& options, CrashSetResult& result) {
  if (options.images == 0 || !options.replay.empty()) return {};
  if (!options.workloads.empty()) return options.workloads;
  std::vector<std::string> chosen;
  for (const std::string& name : crash::workload_names()) {
    const std::string reason = crash::unfit_reason(name, result.set);
    if (reason.empty()) {
      chosen.push_back(name);
    } else {
      result.skipped.push_back({name, reason});
    }
  }
  return chosen;
}

void explore_workloads(const CrashOptions& options, CrashSetResult& result) {
  std::vector<Model> models = chosen_models(options);
  // The models that make few images first: what they leave goes to those that can draw more.
  std::ranges::stable_sort(models, {}, [](Model model) {
    return model >= Model::SubsetTorn && model <= Model::FsJournal;
  });
  const std::vector<std::string> workloads = chosen_workloads(options, result);
  for (std::size_t i = 0; i < workloads.size(); ++i) {
    const std::size_t done = result.images();
    const std::size_t left = options.images - std::min(options.images, done);
    const std::size_t images = left / (workloads.size() - i);
    say(options, result.set, workloads[i]);
    Experiment experiment(
        {.run = options, .set = result.set, .workload = workloads[i], .images = images});
    result.workloads.push_back(explore_workload(experiment, models, images));
    for (CrashFinding& finding : experiment.take_findings()) {
      result.findings.push_back(std::move(finding));
    }
  }
}

void kill_children(const CrashOptions& options, CrashSetResult& result) {
  std::vector<std::string> names = options.strategies;
  if (names.empty()) {
    for (const StrategyInfo& strategy : strategies()) names.emplace_back(strategy.name);
  }
  for (const std::string& name : names) {
    say(options, result.set, fmt::format("kill -9, {}, {} rounds", name, options.kill_rounds));
    result.kills.push_back(crash::kill_rounds(result.set, name, options));
  }
  result.kill_tried = true;
}

CrashSetResult run_set(const PragmaSet& set, const CrashOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t cpu_start = std::clock();
  CrashSetResult result{.set = set,
                        .workloads = {},
                        .skipped = {},
                        .findings = {},
                        .promised = set.durability(),
                        .uncontradicted = DurabilityClass::PowerSafe};
  if (!options.replay.empty()) replay_one(set, options, result);
  explore_workloads(options, result);
  result.kill_tried = result.deciding(false).images > 0;
  result.power_tried = result.deciding(true).images > 0;
  result.cpu_seconds = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
  if (options.exposure && result.power_tried) {
    say(options, set, "exposure");
    result.exposure = crash::measure_exposure(set, options);
  }
  if (options.kill_rounds > 0) kill_children(options, result);
  result.uncontradicted = uncontradicted_class(result);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

// What makes no sense, or cannot be, is said before anything runs.
void require_sense(const CrashOptions& options) {
  static_cast<void>(chosen_models(options));
  for (const std::string& name : options.strategies) static_cast<void>(parse_strategy(name));
  for (const PragmaSet& set : options.sets) {
    for (const std::string& name : options.workloads) {
      static_cast<void>(crash::make_workload(name, {.set = set}));
      const std::string reason = crash::unfit_reason(name, set);
      if (reason.empty()) continue;
      throw Error::usage(fmt::format("workload {} for {}: {}", name, set.name(), reason));
    }
  }
  const bool on_disk = options.rate_slices > 0 || options.kill_rounds > 0;
  if (on_disk) static_cast<void>(ScratchDirectory(options.directory));
}

}  // namespace

std::vector<std::string> crash_workload_names() { return crash::workload_names(); }

CrashReport run_crash(const CrashOptions& options) {
  CrashReport report{.sqlite = linked_sqlite(),
                     .seed = options.seed,
                     .images_asked = options.images,
                     .memory_limit_bytes = options.memory_limit_bytes,
                     .powersafe_overwrite = options.powersafe_overwrite,
                     .sabotage = options.sabotage,
                     .matrix = false,
                     .sets = {}};
  require_sense(options);
  for (const PragmaSet& set : options.sets) report.sets.push_back(run_set(set, options));
  if (options.rate_slices > 0) {
    if (options.progress) options.progress("commits/s of each set");
    const std::vector<CommitRate> rates = crash::measure_commit_rates(options.sets, options);
    for (std::size_t i = 0; i < rates.size(); ++i) report.sets[i].rate = rates[i];
  }
  return report;
}

}  // namespace pragmark

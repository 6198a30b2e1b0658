// Runs the experiment for each set: the images are divided between workloads and models; what a
// model has no use for goes to the next.
#include "pragmark/verify/crash.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>

#include <fmt/format.h>

#include "crash/experiment.h"
#include "crash/kill_rounds.h"
#include "pragmark/error.h"
#include "pragmark/verify/interrupt.h"

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

// What the counts contradict.
DurabilityClass measured_class(const CrashSetResult& result) {
  if (result.kills && (result.kills->lost > 0 || result.kills->damaged_rounds > 0)) {
    return DurabilityClass::Unsafe;
  }
  DurabilityClass best = DurabilityClass::PowerSafe;
  for (const CrashWorkload& workload : result.workloads) {
    for (const ModelCounts& counts : workload.models) {
      if (!counts.promised) continue;
      const bool loses = counts.with_loss > 0;
      if (counts.damaged() > 0 || (loses && !counts.power)) return DurabilityClass::Unsafe;
      if (loses) best = DurabilityClass::ProcessSafe;
    }
  }
  return best;
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

CrashSetResult run_set(const PragmaSet& set, const CrashOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t cpu_start = std::clock();
  CrashSetResult result{.set = set,
                        .workloads = {},
                        .findings = {},
                        .promised = set.durability(),
                        .measured = DurabilityClass::PowerSafe};
  std::vector<Model> models = chosen_models(options);
  // The models that make few images first: what they leave goes to those that can draw more.
  std::ranges::stable_sort(models, {}, [](Model model) {
    return model >= Model::SubsetTorn && model <= Model::FsJournal;
  });
  std::vector<std::string> workloads = options.workloads;
  if (workloads.empty()) workloads = {"transfers", "spill"};
  if (options.images == 0) workloads.clear();
  if (!options.replay.empty()) {
    replay_one(set, options, result);
    workloads.clear();
  }
  for (std::size_t i = 0; i < workloads.size(); ++i) {
    const std::size_t done = result.images();
    const std::size_t left = options.images - std::min(options.images, done);
    const std::size_t images = left / (workloads.size() - i);
    if (options.progress) options.progress(fmt::format("{}: {}", set.name(), workloads[i]));
    Experiment experiment({.run = options, .set = set, .workload = workloads[i], .images = images});
    result.workloads.push_back(explore_workload(experiment, models, images));
    for (CrashFinding& finding : experiment.take_findings()) {
      result.findings.push_back(std::move(finding));
    }
  }
  for (const CrashWorkload& workload : result.workloads) {
    for (const ModelCounts& counts : workload.models) {
      (counts.power ? result.power_tried : result.kill_tried) = true;
    }
  }
  if (options.kill_rounds > 0) {
    if (options.progress) {
      options.progress(fmt::format("{}: kill -9, {} rounds", set.name(), options.kill_rounds));
    }
    result.kills = crash::kill_rounds(set, options);
    result.kill_tried = true;
  }
  result.measured = measured_class(result);
  result.cpu_seconds = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace

std::string_view to_string(CrashSabotage sabotage) noexcept {
  switch (sabotage) {
    case CrashSabotage::None: return "none";
    case CrashSabotage::SwallowSyncs: return "swallow-syncs";
    case CrashSabotage::ReorderAcrossSync: return "reorder-across-sync";
    case CrashSabotage::AcknowledgeEarly: return "acknowledge-early";
  }
  return "";
}

std::string_view to_string(ImageState state) noexcept {
  switch (state) {
    case ImageState::Sound: return "sound";
    case ImageState::Inconsistent: return "inconsistent";
    case ImageState::Corrupt: return "corrupt";
    case ImageState::Unopenable: return "unopenable";
  }
  return "";
}

double upper_bound_of_zero(std::size_t trials) noexcept {
  constexpr double kLevel = 0.05;
  return trials == 0 ? 1.0 : 1.0 - std::pow(kLevel, 1.0 / static_cast<double>(trials));
}

std::size_t CrashSetResult::images() const noexcept {
  std::size_t sum = 0;
  for (const CrashWorkload& workload : workloads) {
    for (const ModelCounts& counts : workload.models) sum += counts.images;
  }
  return sum;
}

std::size_t CrashSetResult::distinct() const noexcept {
  std::size_t sum = 0;
  for (const CrashWorkload& workload : workloads) {
    for (const ModelCounts& counts : workload.models) sum += counts.distinct;
  }
  return sum;
}

std::int64_t CrashSetResult::exposure_transactions() const noexcept {
  std::int64_t most = 0;
  for (const CrashWorkload& workload : workloads) {
    for (const ModelCounts& counts : workload.models) {
      if (counts.promised && counts.power) most = std::max(most, counts.max_lost);
    }
  }
  return most;
}

CrashReport run_crash(const CrashOptions& options) {
  CrashReport report{.sqlite = linked_sqlite(),
                     .seed = options.seed,
                     .images_asked = options.images,
                     .memory_limit_bytes = options.memory_limit_bytes,
                     .sabotage = options.sabotage,
                     .matrix = false,
                     .commits_per_second = 0,
                     .sets = {}};
  // What makes no sense is said before anything runs.
  static_cast<void>(chosen_models(options));
  for (const PragmaSet& set : options.sets) {
    for (const std::string& name : options.workloads) {
      static_cast<void>(crash::make_workload(name, {.set = set, .strategy = options.strategy}));
    }
  }
  for (const PragmaSet& set : options.sets) report.sets.push_back(run_set(set, options));
  return report;
}

}  // namespace pragmark

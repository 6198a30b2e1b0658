// Runs the experiment for each set: the images are divided between workloads and models; what a
// model has no use for goes to the next.
#include "pragmark/verify/crash.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "crash/commit_rate.h"
#include "crash/crash_rounds.h"
#include "crash/experiment.h"
#include "crash/exposure.h"
#include "crash/loop_disk.h"
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
  DurabilityClass best = DurabilityClass::PowerSafe;
  for (const RoundCounts& kills : result.kills) {
    if (kills.lost > 0 || kills.damaged_rounds > 0) return DurabilityClass::Unsafe;
  }
  for (const RoundCounts& cuts : result.power_cuts) {
    if (cuts.damaged_rounds > 0) return DurabilityClass::Unsafe;
    if (cuts.lost > 0) best = DurabilityClass::ProcessSafe;
  }
  if (result.exposure && result.exposure->damages) return DurabilityClass::Unsafe;
  if (result.exposure && result.exposure->transactions > 0) best = DurabilityClass::ProcessSafe;
  const ModelCounts kill = result.deciding(false);
  const ModelCounts power = result.deciding(true);
  if (kill.damaged() + kill.with_loss + power.damaged() > 0) return DurabilityClass::Unsafe;
  return power.with_loss > 0 ? DurabilityClass::ProcessSafe : best;
}

// Every operation boundary is a crash point of the first two models; the others draw from the rest.
std::size_t share_of(Model model, std::size_t operations, std::size_t left, std::size_t models) {
  const std::size_t even = left / models;
  if (model != Model::ProcessKill && model != Model::DropUnsynced) return even;
  const std::size_t boundaries = operations + 1;
  const std::size_t torn = model == Model::ProcessKill ? boundaries / 4 : 0;
  return std::clamp(boundaries + torn, even, std::max(even, left / 2));
}

CrashWorkload explore_workload(Experiment& experiment, const std::vector<Model>& models,
                               std::size_t images) {
  const std::size_t operations = experiment.facts().operations;
  std::vector<ModelCounts> explored;
  std::size_t left = images;
  for (std::size_t i = 0; i < models.size(); ++i) {
    throw_if_interrupted();
    const std::size_t share = share_of(models[i], operations, left, models.size() - i);
    explored.push_back(experiment.explore_model(models[i], share));
    left -= std::min(left, explored.back().images);
  }
  CrashWorkload workload = experiment.facts();
  workload.models = std::move(explored);
  return workload;
}

struct AskedSet {
  const PragmaSet& set;
  std::string argument;  // of a command
};

void replay_one(const AskedSet& asked, const CrashOptions& options, CrashSetResult& result) {
  const crash::FindingText text = crash::parse_finding(options.replay);
  Experiment experiment({options, asked.set, asked.argument, text.workload});
  const ModelCounts counts = experiment.replay(text);
  result.workloads.push_back(experiment.facts());
  result.workloads.back().models.push_back(counts);
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

// The workload whose recording is the same, byte by byte: its images would be.
const CrashWorkload* same_recording(const CrashSetResult& result, const std::string& digest) {
  const auto same = std::ranges::find(result.workloads, digest, &CrashWorkload::digest);
  return same == result.workloads.end() ? nullptr : &*same;
}

void explore_workloads(const AskedSet& asked, const CrashOptions& options, CrashSetResult& result) {
  std::vector<Model> models = chosen_models(options);
  // The models that make few images first: what they leave goes to those that can draw more.
  std::ranges::stable_sort(models, {}, [](Model model) {
    return model >= Model::SubsetTorn && model <= Model::MetadataReordered;
  });
  const std::vector<std::string> workloads = chosen_workloads(options, result);
  for (std::size_t i = 0; i < workloads.size(); ++i) {
    const std::size_t done = result.images();
    const std::size_t left = options.images - std::min(options.images, done);
    const std::size_t images = left / (workloads.size() - i);
    say(options, result.set, workloads[i]);
    Experiment experiment({options, asked.set, asked.argument, workloads[i]});
    if (const CrashWorkload* same = same_recording(result, experiment.facts().digest)) {
      result.skipped.push_back(
          {workloads[i], fmt::format("its recording is that of {}, byte by byte", same->name)});
      continue;
    }
    result.workloads.push_back(explore_workload(experiment, models, images));
    for (CrashFinding& finding : experiment.take_findings()) {
      result.findings.push_back(std::move(finding));
    }
  }
}

void crash_processes(const CrashOptions& options, CrashSetResult& result) {
  std::vector<std::string> names = options.strategies;
  if (names.empty()) {
    for (const StrategyInfo& strategy : strategies()) names.emplace_back(strategy.name);
  }
  for (const std::string& name : names) {
    if (options.kill_rounds > 0) {
      say(options, result.set, fmt::format("kill -9, {}, {} rounds", name, options.kill_rounds));
      result.kills.push_back(crash::kill_rounds(result.set, name, options));
    }
    if (options.power_rounds > 0) {
      say(options, result.set, fmt::format("power cut, {}, {} rounds", name, options.power_rounds));
      result.power_cuts.push_back(crash::power_rounds(result.set, name, options));
    }
  }
}

// A recording that outgrows its limit costs the exposure and not what was found before.
void measure_exposure(const CrashOptions& options, CrashSetResult& result) {
  say(options, result.set, "exposure");
  try {
    result.exposure = crash::measure_exposure(result.set, options);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::Environment) throw;
    result.skipped.push_back({"exposure", error.what()});
  }
}

CrashSetResult run_set(const AskedSet& asked, const CrashOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t cpu_start = std::clock();
  CrashSetResult result{.set = asked.set,
                        .workloads = {},
                        .skipped = {},
                        .findings = {},
                        .promised = asked.set.durability(),
                        .uncontradicted = DurabilityClass::PowerSafe};
  if (!options.replay.empty()) replay_one(asked, options, result);
  explore_workloads(asked, options, result);
  result.kill_tried = result.deciding(false).images > 0 || options.kill_rounds > 0;
  result.power_tried = result.deciding(true).images > 0;
  result.cpu_seconds = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
  if (options.exposure && result.power_tried) measure_exposure(options, result);
  crash_processes(options, result);
  result.power_tried = result.power_tried || options.power_rounds > 0;
  result.uncontradicted = uncontradicted_class(result);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

// What makes no sense, or cannot be, is said before anything runs.
void require_sense(const CrashOptions& options) {
  static_cast<void>(chosen_models(options));
  for (const std::string& name : options.strategies) static_cast<void>(parse_strategy(name));
  const bool processes = options.kill_rounds > 0 || options.power_rounds > 0;
  for (const PragmaSet& set : options.sets) {
    const auto require_fit = [&](const std::string& name) {
      const std::string reason = crash::unfit_reason(name, set);
      if (reason.empty()) return;
      throw Error::usage(fmt::format("workload {} for {}: {}", name, set.name(), reason));
    };
    for (const std::string& name : options.workloads) {
      static_cast<void>(crash::make_workload(name, {.set = set}));
      require_fit(name);
    }
    if (processes) require_fit(fmt::format("store-{}", strategies().front().name));
  }
  if (options.power_rounds > 0) crash::LoopDisk::require_possible(options.directory);
  const bool on_disk = options.rate_slices > 0 || processes;
  if (on_disk) static_cast<void>(ScratchDirectory(options.directory));
  if (!options.keep.empty()) {
    std::error_code error;
    std::filesystem::create_directories(options.keep, error);
    static_cast<void>(ScratchDirectory(options.keep));
  }
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
  for (std::size_t i = 0; i < options.sets.size(); ++i) {
    const PragmaSet& set = options.sets[i];
    const bool named = i < options.set_arguments.size();
    report.sets.push_back(run_set({set, named ? options.set_arguments[i] : set.name()}, options));
  }
  if (options.rate_slices > 0) {
    if (options.progress) options.progress("commits/s of each set");
    const std::vector<CommitRate> rates = crash::measure_commit_rates(options.sets, options);
    for (std::size_t i = 0; i < rates.size(); ++i) report.sets[i].rate = rates[i];
  }
  return report;
}

}  // namespace pragmark

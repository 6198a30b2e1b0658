#include "crash/experiment.h"

#include <algorithm>

#include "crash/explorer_parts.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark::crash {
namespace {

constexpr std::uint32_t kKillBit = 1U << 30U;  // beside a bit for each model
constexpr std::uint32_t kPowerBit = 1U << 31U;

WorkloadOptions workload_options(const ExperimentOptions& options) {
  return {.set = options.set,
          .seed = options.run.seed,
          .transactions = options.run.transactions,
          .acknowledge_early = options.run.sabotage == CrashSabotage::AcknowledgeEarly};
}

}  // namespace

Experiment::Experiment(const ExperimentOptions& options)
    : options_(options),
      workload_(make_workload(options.workload, workload_options(options))),
      log_(record(*workload_, options.run)),
      judge_(*workload_) {}

CrashWorkload Experiment::facts() const {
  return {.name = options_.workload,
          .description = workload_->description(),
          .operations = log_.operations.size(),
          .syncs = log_.count(OperationKind::Sync),
          .acknowledged = log_.count(OperationKind::Acknowledge),
          .recorded_bytes = log_.data.size() + log_.operations.size() * sizeof(Operation),
          .digest = digest_text(log_.digest()),
          .models = {},
          .judged = known_.size(),
          .kill = kill_,
          .power = power_};
}

OperationLog Experiment::record_failing(std::size_t sync) {
  return record(*workload_, options_.run, sync);
}

ModelCounts Experiment::explore_model(Model model, std::size_t images) {
  const ModelInfo& info = info_of(model);
  ModelCounts counts{
      .model = std::string(info.name), .power = info.power, .promised = info.promised};
  candidates_.clear();
  if (model == Model::SyncError) {
    explore_sync_errors(images, counts);
  } else {
    explore_log(log_, model, images, counts);
    keep_findings(log_, model);
  }
  add_to_side(info, counts);
  return counts;
}

// What is of images was counted there when each was judged.
void Experiment::add_to_side(const ModelInfo& info, const ModelCounts& counts) noexcept {
  if (!info.promised) return;
  ModelCounts& side = info.power ? power_ : kill_;
  side.points += counts.points;
  side.images += counts.images;
  side.exhaustive += counts.exhaustive;
  side.with_loss += counts.with_loss;
  side.max_lost = std::max(side.max_lost, counts.max_lost);
}

// Candidates belong to a recording: they are made into findings while it is there, those of a kind
// that an earlier one showed are not told again.
void Experiment::explore_sync_errors(std::size_t images, ModelCounts& counts) {
  const std::vector<std::size_t> syncs = failing_syncs(log_.count(OperationKind::Sync), images);
  std::vector<std::string> told;
  for (const std::size_t sync : syncs) {
    const OperationLog log = record_failing(sync);
    candidates_.clear();
    explore_log(log, Model::SyncError, images / syncs.size(), counts);
    std::erase_if(candidates_, [&](const Candidate& each) {
      return std::ranges::find(told, each.kind) != told.end();
    });
    for (const Candidate& each : candidates_) told.push_back(each.kind);
    keep_findings(log, Model::SyncError);
  }
}

void Experiment::explore_log(const OperationLog& log, Model model, std::size_t images,
                             ModelCounts& counts) {
  const Explored explored = explore(
      log, model, {.images = images, .seed = options_.run.seed},
      [&](const CrashPoint& at, const CrashState& state) { consider(at, state, model, counts); });
  counts.points += explored.points;
  counts.images += explored.images;
  counts.exhaustive += explored.exhaustive;
}

const Judgement& Experiment::judged(Model model, ModelCounts& counts) {
  const std::uint64_t hash = hash_of(image_);
  auto found = known_.find(hash);
  if (found == known_.end()) {
    found = known_.emplace(hash, Known{.judgement = judge_.judge(image_)}).first;
  }
  Known& known = found->second;
  const auto count_new = [&](std::uint32_t bit, ModelCounts& where) {
    if ((known.seen & bit) != 0) return;
    known.seen |= bit;
    ++where.distinct;
    if (known.judgement.state == ImageState::Inconsistent) ++where.inconsistent;
    if (known.judgement.state == ImageState::Corrupt) ++where.corrupt;
    if (known.judgement.state == ImageState::Unopenable) ++where.unopenable;
  };
  const ModelInfo& info = info_of(model);
  count_new(1U << static_cast<unsigned>(model), counts);
  if (info.promised) count_new(info.power ? kPowerBit : kKillBit, info.power ? power_ : kill_);
  return known.judgement;
}

void Experiment::consider(const CrashPoint& at, const CrashState& state, Model model,
                          ModelCounts& counts) {
  throw_if_interrupted();
  at.build(state.losses, options_.run.seed, image_);
  const Judgement& judgement = judged(model, counts);
  const std::int64_t lost = transactions_lost(at, judgement);
  if (lost > 0 || copies_lost(at, judgement) > 0) ++counts.with_loss;
  const bool more = lost > counts.max_lost;
  counts.max_lost = std::max(counts.max_lost, lost);
  const std::string kind(kind_of(at, judgement));
  if (kind.empty()) return;
  const auto known = std::ranges::find(candidates_, kind, &Candidate::kind);
  if (known == candidates_.end()) {
    candidates_.push_back({kind, state, judgement});
  } else if (more && state.fault == known->state.fault) {
    *known = {kind, state, judgement};
  }
}

}  // namespace pragmark::crash

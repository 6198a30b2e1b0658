#include "crash/experiment.h"

#include <algorithm>

#include <fmt/format.h>

#include "crash/keep.h"
#include "crash/minimise.h"
#include "pragmark/error.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark::crash {
namespace {

constexpr std::string_view kLost = "lost";
constexpr std::string_view kCopy = "copy";
// Syncs that are made to fail, evenly spread; each costs a recording, so that few images get fewer.
constexpr std::size_t kFailingSyncs = 12;
constexpr std::size_t kImagesOfFailingSync = 20;

std::int64_t acknowledged_of(const CrashPoint& at, std::uint16_t worker) noexcept {
  return at.acknowledged().size() > worker ? at.acknowledged()[worker] : 0;
}

// Acknowledged transactions that are not there.
std::int64_t transactions_lost(const CrashPoint& at, const Judgement& judgement) noexcept {
  if (judgement.state != ImageState::Sound) return 0;  // nothing can be said of single ones
  return std::max<std::int64_t>(0, acknowledged_of(at, kTransactions) - judgement.committed);
}

// Finished copies that are not whole.
std::int64_t copies_lost(const CrashPoint& at, const Judgement& judgement) noexcept {
  if (judgement.state != ImageState::Sound) return 0;
  return std::max<std::int64_t>(0, acknowledged_of(at, kCopiesMade) - judgement.copies);
}

// What is wrong with an image at a point; empty when nothing is.
std::string_view kind_of(const CrashPoint& at, const Judgement& judgement) noexcept {
  if (judgement.state != ImageState::Sound) return to_string(judgement.state);
  if (transactions_lost(at, judgement) > 0) return kLost;
  return copies_lost(at, judgement) > 0 ? kCopy : "";
}

std::string message_of(const CrashPoint& at, const Judgement& judgement) {
  const std::string_view kind = kind_of(at, judgement);
  if (kind == kCopy) {
    return fmt::format("{} of {} finished copies are not whole", copies_lost(at, judgement),
                       acknowledged_of(at, kCopiesMade));
  }
  if (kind != kLost) return judgement.finding;
  return fmt::format("{} of {} acknowledged transactions are missing",
                     transactions_lost(at, judgement), acknowledged_of(at, kTransactions));
}

std::size_t syncs_before(const OperationLog& log, std::size_t end) noexcept {
  std::size_t syncs = 0;
  for (std::size_t i = 0; i < end; ++i) {
    const OperationKind kind = log.operations[i].kind;
    if (kind == OperationKind::Sync || kind == OperationKind::FailedSync) ++syncs;
  }
  return syncs;
}

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
          .models = {}};
}

OperationLog Experiment::record_failing(std::size_t sync) {
  return record(*workload_, options_.run, sync);
}

ModelCounts Experiment::explore_model(Model model, std::size_t images) {
  const ModelInfo& info = info_of(model);
  ModelCounts counts{
      .model = std::string(info.name), .power = info.power, .promised = info.promised};
  seen_.clear();
  candidates_.clear();
  if (model == Model::SyncError) {
    explore_sync_errors(images, counts);
  } else {
    explore_log(log_, model, images, counts);
    keep_findings(log_, model);
  }
  return counts;
}

void Experiment::explore_sync_errors(std::size_t images, ModelCounts& counts) {
  const std::size_t syncs = log_.count(OperationKind::Sync);
  const std::size_t tried = std::min({syncs, kFailingSyncs, images / kImagesOfFailingSync + 1});
  for (std::size_t i = 0; i < tried; ++i) {
    const OperationLog log = record_failing(i * syncs / tried);
    const std::size_t before = candidates_.size();
    explore_log(log, Model::SyncError, images / tried, counts);
    // Candidates belong to this recording: they are made into findings while it is there.
    std::vector<Candidate> older(candidates_.begin(),
                                 candidates_.begin() + static_cast<std::ptrdiff_t>(before));
    candidates_.erase(candidates_.begin(),
                      candidates_.begin() + static_cast<std::ptrdiff_t>(before));
    keep_findings(log, Model::SyncError);
    candidates_.insert(candidates_.begin(), older.begin(), older.end());
  }
}

void Experiment::explore_log(const OperationLog& log, Model model, std::size_t images,
                             ModelCounts& counts) {
  const Explored explored =
      explore(log, model, {.images = images, .seed = options_.run.seed},
              [&](const CrashPoint& at, const CrashState& state) { consider(at, state, counts); });
  counts.points += explored.points;
  counts.images += explored.images;
  counts.exhaustive += explored.exhaustive;
}

const Judgement& Experiment::judged(std::uint64_t hash, ModelCounts& counts) {
  const auto known = judgements_.find(hash);
  const Judgement& judgement = known != judgements_.end()
                                   ? known->second
                                   : judgements_.emplace(hash, judge_.judge(image_)).first->second;
  if (seen_.emplace(hash, true).second) {
    ++counts.distinct;
    if (judgement.state == ImageState::Inconsistent) ++counts.inconsistent;
    if (judgement.state == ImageState::Corrupt) ++counts.corrupt;
    if (judgement.state == ImageState::Unopenable) ++counts.unopenable;
  }
  return judgement;
}

void Experiment::consider(const CrashPoint& at, const CrashState& state, ModelCounts& counts) {
  throw_if_interrupted();
  at.build(state.losses, options_.run.seed, image_);
  const Judgement& judgement = judged(hash_of(image_), counts);
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

void Experiment::keep_findings(const OperationLog& log, Model model) {
  for (const Candidate& candidate : candidates_) add_finding(log, model, candidate);
}

void Experiment::add_finding(const OperationLog& log, Model model, Candidate candidate) {
  const CrashState& state = candidate.state;
  CrashPoint at(log, rules_of(model, state.fault));
  at.advance_to(state.point);
  Judgement smallest = candidate.judgement;
  const auto shows = [&](const std::vector<Loss>& losses) {
    throw_if_interrupted();
    at.build(losses, options_.run.seed, image_);
    Judgement judgement = judge_.judge(image_);
    // The same kind of finding. How many are lost at most is in the counts: the smallest set is to
    // show by what one is lost.
    const bool same = kind_of(at, judgement) == candidate.kind;
    if (same) smallest = std::move(judgement);
    return same;
  };
  const std::vector<Loss> losses = minimise(state.losses, shows);
  std::optional<std::size_t> sync = state.fault;
  if (model == Model::SyncError && sync) sync = syncs_before(log, *sync);
  CrashFinding finding;
  finding.text = FindingText{.workload = options_.workload,
                             .model = model,
                             .point = state.point,
                             .sync = sync,
                             .losses = losses,
                             .digest = digest_text(log.digest())}
                     .text();
  finding.workload = options_.workload;
  finding.model = info_of(model).name;
  finding.kind = candidate.kind;
  finding.point = state.point;
  if (state.point > 0) finding.last_operation = log.describe(state.point - 1);
  if (state.fault) {
    finding.fault = fmt::format("{} (operation {})", log.describe(*state.fault), *state.fault);
  }
  finding.lost = transactions_lost(at, smallest);
  finding.message = message_of(at, smallest);
  for (const std::string& group : grouped(losses)) {
    const auto operation = static_cast<std::size_t>(std::stoul(group));
    finding.losses.push_back(fmt::format("{}: {}", group, log.describe(operation)));
  }
  finding.command = command_for(finding.text);
  if (!options_.run.keep.empty()) finding.kept = keep_image(at, losses);
  findings_.push_back(std::move(finding));
}

std::string Experiment::keep_image(const CrashPoint& at, const std::vector<Loss>& losses) {
  at.build(losses, options_.run.seed, image_);
  return keep_in(
      options_.run.keep,
      fmt::format("{}-{}-{}", options_.set.name(), options_.workload, findings_.size() + 1),
      image_);
}

std::string Experiment::command_for(const std::string& text) const {
  const CrashOptions& run = options_.run;
  std::string command =
      fmt::format("pragmark crash --pragmas '{}' --seed {}", options_.set.name(), run.seed);
  if (run.transactions > 0) command += fmt::format(" --transactions {}", run.transactions);
  if (!run.powersafe_overwrite) command += " --no-powersafe-overwrite";
  if (run.sabotage != CrashSabotage::None) {
    command += fmt::format(" --sabotage {}", to_string(run.sabotage));
  }
  return command + fmt::format(" --replay '{}'", text);
}

ModelCounts Experiment::replay(const FindingText& text) {
  const ModelInfo& info = info_of(text.model);
  ModelCounts counts{
      .model = std::string(info.name), .power = info.power, .promised = info.promised};
  const bool failing = text.model == Model::SyncError && text.sync;
  const OperationLog other = failing ? record_failing(*text.sync) : OperationLog{};
  const OperationLog& log = failing ? other : log_;
  if (digest_text(log.digest()) != text.digest) {
    throw Error::usage(fmt::format(
        "finding '{}': this recording is {}, another one: give the --pragmas, --seed and other "
        "options of the finding, and the SQLite that it was found with",
        text.text(), digest_text(log.digest())));
  }
  if (text.point > log.operations.size()) {
    throw Error::usage(fmt::format("finding '{}': the recording has {} operations", text.text(),
                                   log.operations.size()));
  }
  CrashState state{.point = text.point, .fault = text.sync, .losses = text.losses};
  if (failing) {
    const auto failed =
        std::ranges::find(log.operations, OperationKind::FailedSync, &Operation::kind);
    state.fault = static_cast<std::size_t>(failed - log.operations.begin());
  }
  CrashPoint at(log, rules_of(text.model, state.fault));
  at.advance_to(text.point);
  consider(at, state, counts);
  counts.points = counts.images = 1;
  keep_findings(log, text.model);
  return counts;
}

}  // namespace pragmark::crash

// What an Experiment does with a finding: makes it small, says it in words, replays it.
#include <algorithm>

#include <fmt/format.h>

#include "crash/experiment.h"
#include "crash/explorer_parts.h"
#include "crash/hash.h"
#include "crash/keep.h"
#include "crash/minimise.h"
#include "pragmark/error.h"
#include "pragmark/verify/interrupt.h"
#include "pragmark/verify/report_format.h"

namespace pragmark::crash {
namespace {

constexpr std::size_t kLossesTold = 20;  // in words; the finding's text has all

std::size_t syncs_before(const OperationLog& log, std::size_t end) noexcept {
  std::size_t syncs = 0;
  for (std::size_t i = 0; i < end; ++i) {
    const OperationKind kind = log.operations[i].kind;
    if (kind == OperationKind::Sync || kind == OperationKind::FailedSync) ++syncs;
  }
  return syncs;
}

// That the recording has what a finding names: it may have been typed.
void require_state_of(const OperationLog& log, const FindingText& text, const CrashState& state) {
  const auto refuse = [&](std::string_view why) {
    throw Error::usage(fmt::format("finding '{}': {}; copy it from a result", text.text(), why));
  };
  const std::size_t operations = log.operations.size();
  if (text.point > operations) refuse(fmt::format("the recording has {} operations", operations));
  const bool with_fault = text.model == Model::LyingDisk || text.model == Model::SyncError;
  if (with_fault != state.fault.has_value()) refuse("'#' belongs to lying-disk and sync-error");
  if (state.fault) {
    if (*state.fault >= text.point) refuse("the sync comes after the crash");
    const OperationKind kind = log.operations[*state.fault].kind;
    if (!is_sync(kind) && kind != OperationKind::FailedSync) refuse("that is no sync");
  }
}

void require_losable(const CrashPoint& at, const OperationLog& log, const FindingText& text) {
  const std::vector<std::uint32_t> losable_now = losable(at);
  for (const Loss& loss : text.losses) {
    const bool known = std::ranges::find(losable_now, loss.operation) != losable_now.end();
    const bool whole = loss.piece == Loss::kWhole;
    if (known && (whole || loss.piece < pieces_of(log.operations[loss.operation]))) continue;
    throw Error::usage(fmt::format("finding '{}': operation {} cannot be lost there; copy it from "
                                   "a result",
                                   text.text(), grouped({loss}).front()));
  }
}

}  // namespace

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
    if (!admissible(at, losses, log, model)) return false;
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
  const std::vector<std::string> groups = grouped(losses);
  finding.smallest = groups.size();
  for (std::size_t i = 0; i < std::min(groups.size(), kLossesTold); ++i) {
    const auto operation = static_cast<std::size_t>(std::stoul(groups[i]));
    finding.losses.push_back(fmt::format("{}: {}", groups[i], log.describe(operation)));
  }
  finding.lost_operations = grouped(state.losses).size();
  finding.command = command_for(finding.text);
  if (!options_.run.keep.empty()) finding.kept = keep_image(at, losses, finding.text);
  findings_.push_back(std::move(finding));
}

std::string Experiment::keep_image(const CrashPoint& at, const std::vector<Loss>& losses,
                                   const std::string& text) {
  at.build(losses, options_.run.seed, image_);
  Hash hash;
  hash.add(text);
  constexpr std::size_t kMostOfName = 100;  // a file name may have 255 bytes
  return keep_in(options_.run.keep,
                 fmt::format("{}-{}-{:016x}", options_.set.name().substr(0, kMostOfName),
                             text.substr(0, text.find(':')), hash.value()),
                 image_);
}

std::string Experiment::command_for(const std::string& text) const {
  const CrashOptions& run = options_.run;
  std::string command = fmt::format("pragmark crash --pragmas {} --seed {}",
                                    shell_quoted(options_.set_argument), run.seed);
  if (run.transactions > 0) command += fmt::format(" --transactions {}", run.transactions);
  if (run.memory_limit_bytes != CrashOptions{}.memory_limit_bytes) {
    command += fmt::format(" --memory-limit {}", run.memory_limit_bytes >> 20U);
  }
  if (!run.powersafe_overwrite) command += " --no-powersafe-overwrite";
  if (run.sabotage != CrashSabotage::None) {
    command += fmt::format(" --sabotage {}", to_string(run.sabotage));
  }
  return command + " --replay " + shell_quoted(text);
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
  CrashState state{.point = text.point, .fault = text.sync, .losses = text.losses};
  if (failing) {
    const auto failed =
        std::ranges::find(log.operations, OperationKind::FailedSync, &Operation::kind);
    state.fault = static_cast<std::size_t>(failed - log.operations.begin());
  }
  require_state_of(log, text, state);
  CrashPoint at(log, rules_of(text.model, state.fault));
  at.advance_to(text.point);
  require_losable(at, log, text);
  consider(at, state, text.model, counts);
  counts.points = counts.images = 1;
  add_to_side(info, counts);
  keep_findings(log, text.model);
  return counts;
}

}  // namespace pragmark::crash

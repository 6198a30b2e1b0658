// What becomes of a step when its clock has stopped: the checks of its answers, and the figures.
#include <stdexcept>

#include <fmt/format.h>

#include "pragmark/bench/load/operations.h"
#include "process_usage.h"
#include "step_run.h"

namespace pragmark {

void StepRun::throw_failures() {
  if (const std::exception_ptr failure = crew_->failure()) std::rethrow_exception(failure);
  if (const LoadTally tally = crew_->tally(); tally.wrong_rows > 0) {
    throw std::runtime_error(fmt::format("{} of {} requests did not return what was asked for",
                                         tally.wrong_rows, tally.sent));
  }
}

AddedCount StepRun::count_rows(const LoadTally& tally, std::int64_t by_antagonist) {
  AddedCount rows{.expected =
                      data_.topics().rows() + data_.documents() + data_.posts() + by_antagonist};
  for (std::size_t i = 0; i < tally.operations.size(); ++i) {
    if (setup_.mix.parts()[i].operation->adds == AddedRows::None) continue;
    rows.expected += tally.operations[i].acknowledged;
  }
  rows.found = store_.count<Topic>() + store_.count<Document>() + store_.count<BlogPost>();
  return rows;
}

void StepRun::check(LoadStep& step) {
  const std::int64_t by_antagonist = step.antagonist ? step.antagonist->topics : 0;
  step.rows = count_rows(step.tally, by_antagonist);
  if (step.rows.found != step.rows.expected) {
    throw std::runtime_error(
        fmt::format("{} rows found, {} expected (initial ones and acknowledged inserts)",
                    step.rows.found, step.rows.expected));
  }
  const std::vector<std::string> findings = store_.check();
  if (!findings.empty()) throw std::runtime_error("database check: " + findings.front());
  const LoadTally& tally = step.tally;
  if (tally.failed > 0 && tally.succeeded() == 0) {
    throw std::runtime_error(
        fmt::format("no request of {} succeeded: {}", tally.sent, step.first_error));
  }
}

void StepRun::describe_checkpoints(LoadStep& step) const {
  for (const CheckpointSpan& one : timing_.longest_checkpoints()) {
    const LoadTime begin = one.begin - clock_.zero() - from_;
    if (begin + one.took < LoadTime(0)) continue;  // in the warm-up
    step.checkpoint_stalls.push_back(
        {.begin_s = to_seconds(begin), .took_ms = to_seconds(one.took) * 1e3});
  }
}

LoadStep StepRun::result() {
  throw_failures();
  LoadStep step{.plan = plan_, .tally = crew_->tally(), .first_error = crew_->first_error()};
  const LoadTally& tally = step.tally;
  if (antagonist_) step.antagonist = antagonist_->report();
  step.seconds = seconds_of(plan_, tally);
  for (const OperationTally& one : tally.operations) {
    step.latencies.merge(one.latencies);
    step.service.merge(one.service);
  }
  const auto timeout_ns = static_cast<std::uint64_t>(plan_.timeout_ms * 1e6);
  if (tally.not_sent > 0) {
    step.latencies.add(LatencyHistogram::bucket_of(timeout_ns),
                       static_cast<std::uint64_t>(tally.not_sent), timeout_ns);
  }
  step.io = end_.io - begin_->io;
  step.timing = end_.timing - begin_->timing;
  step.lock_waits_known = setup_.configuration.strategy.starts_with("per-thread") ||
                          setup_.configuration.strategy.starts_with("open-per-op");
  step.cpu_seconds = end_.cpu_seconds - begin_->cpu_seconds;
  step.peak_memory_bytes = peak_memory_bytes();
  step.steal_percent = steal_percent_;
  step.windows = windows_.finish();
  const IoCounts rest = end_.io - window_begin_.io;
  window_io_.push_back({.wal_bytes = bytes_of_file(database_ + "-wal"),
                        .checkpoints = rest.checkpoints,
                        .syncs = rest.syncs()});
  window_io_.resize(step.windows.size());
  step.window_io = window_io_;
  describe_checkpoints(step);
  step.wal_limit_exceeded =
      plan_.wal_limit_bytes &&
      step.io.wal_bytes_max > static_cast<std::uint64_t>(*plan_.wal_limit_bytes);
  check(step);
  return step;
}

}  // namespace pragmark

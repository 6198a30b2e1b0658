#include "pragmark/bench/load/tally.h"

#include <algorithm>

#include "pragmark/assert.h"

namespace pragmark {
namespace {

WaitOfRequest earlier(const WaitOfRequest& a, const WaitOfRequest& b) noexcept {
  return b.intended < a.intended ? b : a;
}
WaitOfRequest later(const WaitOfRequest& a, const WaitOfRequest& b) noexcept {
  return b.intended > a.intended ? b : a;
}

}  // namespace

void OperationTally::merge(const OperationTally& other) noexcept {
  latencies.merge(other.latencies);
  service.merge(other.service);
  succeeded += other.succeeded;
  acknowledged += other.acknowledged;
  cpu += other.cpu;
  cpu_samples += other.cpu_samples;
}

std::int64_t LoadTally::succeeded() const noexcept {
  std::int64_t sum = 0;
  for (const OperationTally& one : operations) sum += one.succeeded;
  return sum;
}

LoadTime LoadTally::backlog_growth() const noexcept {
  return std::max(LoadTime(0), last_wait.waited - first_wait.waited);
}

bool LoadTally::record(const TimedRequest& request, LoadTime timeout) noexcept {
  OperationTally& operation = operations[request.operation];
  ++sent;
  first_start = std::min(first_start, request.start);
  last_end = std::max(last_end, request.end);
  const WaitOfRequest wait{.intended = request.intended,
                           .waited = request.start - request.intended};
  first_wait = earlier(first_wait, wait);
  last_wait = later(last_wait, wait);
  switch (request.outcome) {
    case LoadOutcome::Busy: ++busy; return false;
    case LoadOutcome::Failed: ++failed; return false;
    case LoadOutcome::WrongRow: return false;
    case LoadOutcome::Succeeded: break;
  }
  const LoadTime latency = request.end - request.intended;
  operation.latencies.record(latency);
  operation.service.record(request.end - request.start);
  if (latency > timeout) {
    ++timed_out;
    return false;
  }
  ++operation.succeeded;
  return true;
}

void LoadTally::merge(const LoadTally& other) noexcept {
  PRAGMARK_ASSERT(operations.size() == other.operations.size());
  for (std::size_t i = 0; i < operations.size(); ++i) operations[i].merge(other.operations[i]);
  wake_ups.merge(other.wake_ups);
  sent += other.sent;
  not_sent += other.not_sent;
  timed_out += other.timed_out;
  busy += other.busy;
  failed += other.failed;
  wrong_rows += other.wrong_rows;
  first_start = std::min(first_start, other.first_start);
  last_end = std::max(last_end, other.last_end);
  first_wait = earlier(first_wait, other.first_wait);
  last_wait = later(last_wait, other.last_wait);
}

}  // namespace pragmark

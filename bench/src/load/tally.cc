#include "pragmark/bench/load/tally.h"

#include <algorithm>

#include "pragmark/assert.h"

namespace pragmark {

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

bool LoadTally::record(const TimedRequest& request, LoadTime timeout) noexcept {
  OperationTally& operation = operations[request.operation];
  ++sent;
  first_start = std::min(first_start, request.start);
  last_end = std::max(last_end, request.end);
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
}

}  // namespace pragmark

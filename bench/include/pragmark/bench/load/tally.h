// What a thread counts while it makes the requests of a load.
//
// Four times of a request: when it was due (intended), when a thread began with it (start), when it
// had its answer (end). Its latency is end - intended: what a user waits who does not care why. Its
// service latency is end - start: what a client that sends one request after the other would see.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pragmark/bench/histogram.h"
#include "pragmark/bench/load/arrivals.h"

namespace pragmark {

// How a request ended that was sent.
enum class LoadOutcome {
  Succeeded,
  Busy,      // for want of a lock; nothing was written
  Failed,    // otherwise; nothing was written
  WrongRow,  // a read whose answer is not what was asked for: the figures are worthless
};

struct TimedRequest {
  std::size_t operation;  // its place in the mix
  LoadTime intended;
  LoadTime start;
  LoadTime end;
  LoadOutcome outcome;
};

// Of one operation of the mix.
struct OperationTally {
  LatencyHistogram latencies;  // of requests that got an answer, in time or late
  LatencyHistogram service;    // of the same
  std::int64_t succeeded = 0;  // in time
  // Whether measured or not, in time or late: what the database must show for it.
  std::int64_t acknowledged = 0;
  std::chrono::nanoseconds cpu{0};  // of the thread, in those that were sampled
  std::int64_t cpu_samples = 0;

  void merge(const OperationTally& other) noexcept;
};

// How long a request waited until a thread was free for it.
struct WaitOfRequest {
  LoadTime intended;
  LoadTime waited{0};
};

// Counts are of measured requests, those due at measured_from or later.
struct LoadTally {
  explicit LoadTally(std::size_t parts_of_mix) : operations(parts_of_mix) {}

  std::vector<OperationTally> operations;
  // How late a thread woke up that was free and slept until its request was due: the machine's
  // part of the latency, for which SQLite cannot be blamed.
  LatencyHistogram wake_ups;
  std::int64_t sent = 0;
  std::int64_t not_sent = 0;   // older than the timeout when a thread came to them
  std::int64_t timed_out = 0;  // sent, and answered later than the timeout
  std::int64_t busy = 0;
  std::int64_t failed = 0;
  std::int64_t wrong_rows = 0;  // measured or not
  LoadTime first_start = LoadTime::max();
  LoadTime last_end = LoadTime::min();
  WaitOfRequest first_wait{.intended = LoadTime::max()};  // of the first that was due and sent
  WaitOfRequest last_wait{.intended = LoadTime::min()};

  [[nodiscard]] std::int64_t succeeded() const noexcept;
  [[nodiscard]] std::int64_t intended() const noexcept { return sent + not_sent; }
  // By how much the last one waited longer than the first: what is due comes faster than it is
  // done. 0 when it did not, however long a request takes.
  [[nodiscard]] LoadTime backlog_growth() const noexcept;
  // True when it was answered in time. REQUIRES: the request is measured.
  bool record(const TimedRequest& request, LoadTime timeout) noexcept;
  void merge(const LoadTally& other) noexcept;
};

}  // namespace pragmark

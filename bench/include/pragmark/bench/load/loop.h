// The loop on the clock of an open-loop load: what a thread does with each arrival.
//
//   run_load(client, tally, {.arrivals = arrivals, .clock = clock, ..});
//
// A thread takes the next arrival, sleeps until it is due, makes the request, and counts from the
// time when it was due, however late it was itself. So a request that stood behind a slow one is
// slow too, which it would be to its user. An arrival that is older than the timeout when a thread
// comes to it is not sent, so that an overload ends when the schedule ends.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>

#include "pragmark/bench/load/arrivals.h"
#include "pragmark/bench/load/clock.h"
#include "pragmark/bench/load/tally.h"
#include "pragmark/bench/load/windows.h"
#include "pragmark/function_ref.h"

namespace pragmark {

// What a thread of a load sends.
//
// Owns:    all that its requests need, made before the clock starts.
// Threads: one thread at a time.
// Errors:  run() passes on what the request throws.
class LoadClient {
 public:
  LoadClient() = default;
  virtual ~LoadClient() = default;
  LoadClient(const LoadClient&) = delete;
  LoadClient& operator=(const LoadClient&) = delete;

  // Which operation of the mix these bits ask for.
  [[nodiscard]] virtual std::size_t operation_of(std::uint64_t bits) = 0;
  // Makes the request; false when the answer is not what was asked for.
  [[nodiscard]] virtual bool run(std::size_t operation, std::uint64_t bits) = 0;
};

// Requests that are due or begin in it are held until its end.
struct LoadStall {
  LoadTime from;
  LoadTime to;  // excluded
};

struct LoadLoop {
  Arrivals& arrivals;
  LoadClock& clock;
  LoadWindows& windows;
  LoadTime measured_from{0};
  LoadTime timeout{0};
  std::optional<LoadStall> stall = {};
  int thread = 0;
  // Whether to end early; and what a request threw that was not for want of a lock, called inside
  // the handler. Both are called by any number of threads at once, and neither throws.
  FunctionRef<bool()> stopped;
  FunctionRef<void(const std::exception&)> on_failure;
};

// Until the schedule ends or it is stopped.
void run_load(LoadClient& client, LoadTally& tally, const LoadLoop& loop);

}  // namespace pragmark

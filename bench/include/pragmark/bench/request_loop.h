// The loops on the clock: what a thread does between its first request and its last one, and no
// more.
//
//   make_requests(*client, 1'000, tally, {.stopped = stopped, .on_failure = on_failure});
//
// What the loop itself adds to a request (one look at the clock, one record in the histogram, a
// call of the client) is part of every figure, and is measured: harness_ns_per_op() sends a client
// that does nothing through make_requests(). Aim at 30 ns; above 50 is a defect. It is part of
// each result as a counter of the same name.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <vector>

#include "pragmark/bench/tally.h"
#include "pragmark/bench/workload.h"
#include "pragmark/function_ref.h"

namespace pragmark {

// What a loop asks of the harness. Both are called by any number of threads at once, and neither
// throws.
struct LoopControl {
  // Whether to end early. Asked once in a millisecond, or once a request where that takes longer.
  FunctionRef<bool()> stopped;
  // A request threw something that is not lock contention: called inside the handler, before the
  // loop ends.
  FunctionRef<void()> on_failure;
};

// One request after the other. A request's latency starts where the one before it ended, so that
// the few nanoseconds of counting belong to a request and none is lost.
void make_requests(Client& client, std::int64_t operations, Tally& tally,
                   const LoopControl& control);

// The writes that a client has submitted and not yet seen the end of, oldest first.
//
// Owns:    room for as many as were asked for, made once.
// Threads: one thread at a time; each client has its own.
// Errors:  the constructor may throw std::bad_alloc. The rest throws nothing.
class Window {
 public:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    Clock::time_point submitted;
    std::future<void> written;
  };

  // REQUIRES: size > 0.
  explicit Window(int size);

  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] bool full() const noexcept { return count_ == entries_.size(); }
  // REQUIRES: not full().
  void push(Entry entry) noexcept;
  // REQUIRES: not empty().
  [[nodiscard]] Entry pop_oldest() noexcept;

 private:
  std::vector<Entry> entries_;
  std::size_t oldest_ = 0;
  std::size_t count_ = 0;
};

// Keeps as many writes in flight as the window holds: submits until it is full, then waits for the
// oldest. Reads are made one at a time in between, as make_requests() does.
//
// A write's latency runs from its submission to the moment when this client knows its result.
// The client asks for the oldest first and perhaps makes a read before that, so it is an upper
// bound of the time until the commit.
//
// ENSURES: the window is empty: everything in flight has ended and is counted, also after a failure
//          or when stopped.
void keep_in_flight(Client& client, std::int64_t operations, Window& window, Tally& tally,
                    const LoopControl& control);

// What make_requests() costs for each request, by a client that does nothing. Takes about a
// millisecond; to be called when no clock runs.
[[nodiscard]] double harness_ns_per_op();

}  // namespace pragmark

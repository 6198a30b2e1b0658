#include "pragmark/bench/request_loop.h"

#include <exception>
#include <utility>

#include "pragmark/assert.h"
#include "pragmark/error.h"

namespace pragmark {
namespace {

using Clock = Window::Clock;

// Often enough for a user who waits, and seldom enough to cost nothing: the time is known anyway,
// while the question goes to several flags that other threads set.
constexpr std::chrono::milliseconds kBetweenLooks{1};
constexpr std::int64_t kNoopRequests = 20'000;

class Looks {
 public:
  explicit Looks(const LoopControl& control) noexcept : control_(control) {}

  [[nodiscard]] bool stopped_at(Clock::time_point now) {
    if (now < next_) return false;
    next_ = now + kBetweenLooks;
    return control_.stopped();
  }

 private:
  const LoopControl& control_;
  Clock::time_point next_ = Clock::time_point::min();
};

void count(Outcome outcome, Tally& tally) noexcept {
  switch (outcome) {
    case Outcome::Read: ++tally.reads; break;
    case Outcome::Written: ++tally.writes; break;
    case Outcome::WrongRow: ++tally.wrong_rows; break;
  }
}

enum class Ending { Acknowledged, Busy, Failed };

// Runs a request, or waits for one, and counts what it threw; counting what it returned is its own
// affair.
template <typename Work>
Ending attempt(Work work, Tally& tally, const LoopControl& control) {
  try {
    work();
    return Ending::Acknowledged;
  } catch (const Error& error) {
    if (error.contention() != Contention::None) {
      ++tally.busy_errors;
      return Ending::Busy;
    }
    ++tally.errors;
    control.on_failure();
  } catch (const std::exception&) {
    ++tally.errors;
    control.on_failure();
  }
  return Ending::Failed;
}

// Waits for the oldest write and counts its end. Returns the time at which that was known.
Clock::time_point settle_oldest(Window& window, Tally& tally, const LoopControl& control,
                                Ending& ending) {
  Window::Entry oldest = window.pop_oldest();
  ending = attempt(
      [&] {
        oldest.written.get();
        ++tally.writes;
      },
      tally, control);
  const Clock::time_point now = Clock::now();
  if (ending == Ending::Acknowledged) tally.latencies.record(now - oldest.submitted);
  return now;
}

class Noop final : public Client {
 public:
  Outcome run() override { return Outcome::Read; }
};

}  // namespace

void make_requests(Client& client, std::int64_t operations, Tally& tally,
                   const LoopControl& control) {
  Looks looks(control);
  Clock::time_point start = Clock::now();
  for (std::int64_t i = 0; i < operations; ++i) {
    if (looks.stopped_at(start)) return;
    ++tally.attempted;
    const Ending ending = attempt([&] { count(client.run(), tally); }, tally, control);
    if (ending == Ending::Failed) return;
    const Clock::time_point end = Clock::now();
    if (ending == Ending::Acknowledged) tally.latencies.record(end - start);
    start = end;
  }
}

Window::Window(int size) : entries_(static_cast<std::size_t>(size)) { PRAGMARK_ASSERT(size > 0); }

void Window::push(Entry entry) noexcept {
  PRAGMARK_ASSERT(!full());
  std::size_t place = oldest_ + count_;
  if (place >= entries_.size()) place -= entries_.size();
  entries_[place] = std::move(entry);
  ++count_;
}

Window::Entry Window::pop_oldest() noexcept {
  PRAGMARK_ASSERT(!empty());
  Entry entry = std::move(entries_[oldest_]);
  if (++oldest_ == entries_.size()) oldest_ = 0;
  --count_;
  return entry;
}

void keep_in_flight(Client& client, std::int64_t operations, Window& window, Tally& tally,
                    const LoopControl& control) {
  Looks looks(control);
  Ending ending = Ending::Acknowledged;
  for (std::int64_t i = 0; i < operations; ++i) {
    const Clock::time_point start =
        window.full() ? settle_oldest(window, tally, control, ending) : Clock::now();
    if (ending == Ending::Failed || looks.stopped_at(start)) break;
    ++tally.attempted;
    Started started;
    ending = attempt([&] { started = client.start(); }, tally, control);
    if (ending == Ending::Failed) break;
    if (ending == Ending::Busy) continue;
    if (started.written.valid()) {
      window.push({.submitted = start, .written = std::move(started.written)});
    } else {
      count(started.outcome, tally);
      tally.latencies.record(Clock::now() - start);
    }
  }
  while (!window.empty()) settle_oldest(window, tally, control, ending);
}

double harness_ns_per_op() {
  Noop noop;
  Tally tally;
  const auto never = [] { return false; };
  const auto nothing = [] {};
  const Clock::time_point start = Clock::now();
  make_requests(noop, kNoopRequests, tally, {.stopped = never, .on_failure = nothing});
  const std::chrono::duration<double, std::nano> elapsed = Clock::now() - start;
  PRAGMARK_ASSERT(tally.reads == kNoopRequests);
  return elapsed.count() / static_cast<double>(kNoopRequests);
}

}  // namespace pragmark

#include "pragmark/bench/load/loop.h"

#include <algorithm>

#include "pragmark/error.h"

namespace pragmark {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBetweenLooks{50};  // whether to stop, while a thread sleeps
// The processor's time of a thread costs a system call: it is asked in one request of so many.
constexpr std::uint64_t kCpuSampling = 16;

class Loop {
 public:
  Loop(LoadClient& client, LoadTally& tally, const LoadLoop& loop)
      : client_(client), tally_(tally), loop_(loop) {}

  void run() {
    loop_.clock.sleep_until(LoadTime(0));
    now_ = loop_.clock.now();
    while (!loop_.stopped()) {
      const std::optional<Arrival> arrival = loop_.arrivals.next(now_);
      if (!arrival) return;
      if (arrival->intended > now_) {
        if (!wait_for(arrival->intended)) return;
      } else if (now_ - arrival->intended > loop_.timeout) {
        give_up(*arrival);
        continue;
      }
      make(*arrival);
    }
  }

 private:
  [[nodiscard]] bool measured(LoadTime intended) const noexcept {
    return intended >= loop_.measured_from;
  }

  // False when it is to stop before.
  bool sleep_until(LoadTime moment) {
    while (now_ < moment) {
      loop_.clock.sleep_until(std::min<LoadTime>(moment, now_ + kBetweenLooks));
      now_ = loop_.clock.now();
      if (loop_.stopped()) return false;
    }
    return true;
  }

  // False when it is to stop before.
  bool wait_for(LoadTime intended) {
    if (!sleep_until(intended)) return false;
    if (measured(intended)) tally_.wake_ups.record(now_ - intended);
    return true;
  }

  // With all that are as old.
  void give_up(const Arrival& arrival) {
    const std::uint64_t others = loop_.arrivals.give_up(now_ - loop_.timeout);
    const auto count = static_cast<std::int64_t>(others) + (measured(arrival.intended) ? 1 : 0);
    if (count == 0) return;
    tally_.not_sent += count;
    loop_.windows.record(loop_.thread, {.end = now_, .count = count});
  }

  void make(const Arrival& arrival) {
    TimedRequest request{.operation = client_.operation_of(arrival.bits),
                         .intended = arrival.intended,
                         .start = now_};
    if (loop_.stall && now_ >= loop_.stall->from && now_ < loop_.stall->to) {
      if (!sleep_until(loop_.stall->to)) return;
    }
    request.outcome = send(request.operation, arrival.bits);
    request.end = now_ = loop_.clock.now();
    count(request);
  }

  LoadOutcome send(std::size_t operation, std::uint64_t bits) {
    OperationTally& tally = tally_.operations[operation];
    const bool sampled = sampling_++ % kCpuSampling == 0;
    const std::chrono::nanoseconds before =
        sampled ? loop_.clock.thread_cpu() : std::chrono::nanoseconds(0);
    const LoadOutcome outcome = attempt(operation, bits);
    if (sampled && outcome == LoadOutcome::Succeeded) {
      tally.cpu += loop_.clock.thread_cpu() - before;
      ++tally.cpu_samples;
    }
    return outcome;
  }

  LoadOutcome attempt(std::size_t operation, std::uint64_t bits) {
    try {
      return client_.run(operation, bits) ? LoadOutcome::Succeeded : LoadOutcome::WrongRow;
    } catch (const Error& error) {
      if (error.contention() != Contention::None) return LoadOutcome::Busy;
      loop_.on_failure(error);
    } catch (const std::exception& error) {
      loop_.on_failure(error);
    }
    return LoadOutcome::Failed;
  }

  void count(const TimedRequest& request) {
    if (request.outcome == LoadOutcome::Succeeded) {
      ++tally_.operations[request.operation].acknowledged;
    }
    if (request.outcome == LoadOutcome::WrongRow) ++tally_.wrong_rows;
    if (!measured(request.intended)) return;
    const bool in_time = tally_.record(request, loop_.timeout);
    loop_.windows.record(loop_.thread, {.end = request.end,
                                        .latency = request.end - request.intended,
                                        .answered = request.outcome == LoadOutcome::Succeeded,
                                        .in_time = in_time});
  }

  LoadClient& client_;
  LoadTally& tally_;
  const LoadLoop& loop_;
  LoadTime now_{0};
  std::uint64_t sampling_ = 0;
};

}  // namespace

void run_load(LoadClient& client, LoadTally& tally, const LoadLoop& loop) {
  Loop(client, tally, loop).run();
}

}  // namespace pragmark

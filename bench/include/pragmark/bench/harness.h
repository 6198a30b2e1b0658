// Runs one configuration under Google Benchmark: fresh database, proof, clock, checks.
//
// For each repetition (and each of Google Benchmark's trials that find the number of iterations):
//   1. thread 0 measures what the loop itself costs (see request_loop.h), copies the template
//      database and makes the subject;
//   2. every thread warms up (connections open, PRAGMA set proven) and makes its client;
//   3. every clock is started; when the last one runs, all threads begin;
//   4. each thread makes its requests; the clocks run until the last thread is done and has seen
//      the end of all it had in flight, so that no thread's early end makes the rate look better
//      than it was;
//   5. thread 0 checks: rows found == initial rows + writes acknowledged, no wrong answer,
//      integrity_check and foreign_key_check clean. Otherwise an error takes the figure's place.
// With several processes, steps 2 to 4 take place in them (see worker_process.h): thread 0 tells
// them to go inside the clock and waits until the last says that it is done, the other threads here
// only wait. The checks follow when the processes have ended, on connections of their own. A
// configuration that failed once stays failed: its later repetitions err without running.
#pragma once

#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "pragmark/bench/configuration.h"
#include "pragmark/bench/dataset.h"
#include "pragmark/bench/request_loop.h"
#include "pragmark/bench/session.h"
#include "pragmark/bench/tally.h"
#include "pragmark/bench/workload.h"

namespace benchmark {
class State;
}

namespace pragmark {

// Owns:    the state of its current repetition.
// Threads: run() is called by all threads of one repetition, as Google Benchmark does.
// Errors:  run() throws nothing: failures become error rows.
class BenchmarkCase {
 public:
  BenchmarkCase(Configuration configuration, Session& session);
  ~BenchmarkCase();
  BenchmarkCase(const BenchmarkCase&) = delete;
  BenchmarkCase& operator=(const BenchmarkCase&) = delete;

  void run(benchmark::State& state);
  [[nodiscard]] const Configuration& configuration() const noexcept { return configuration_; }

 private:
  struct Repetition;  // database, subject, layer: what lives as long as one repetition
  struct alignas(64) Worker {
    std::unique_ptr<Client> client;
    std::optional<Window> window;  // when several writes are in flight; empty between repetitions
    Tally tally;
  };

  void begin(std::int64_t operations);
  void make_subject(const std::string& database);
  void prepare_worker(int thread, std::int64_t operations);
  void make_requests(int thread, std::int64_t operations);
  void collect();
  void check();
  void report(benchmark::State& state);
  void end(benchmark::State& state, std::chrono::nanoseconds elapsed);
  void count_repetition(std::int64_t iterations, std::chrono::nanoseconds elapsed);

  template <typename Work>
  void guarded(Work work);
  // True for the first failure, which is the one that is reported.
  bool fail(const std::string& message);
  void fail_check(const std::string& message);
  [[nodiscard]] bool stopped() const noexcept {
    return failed_.load(std::memory_order_relaxed) || session_.stopped();
  }

  Configuration configuration_;
  Session& session_;
  Dataset data_;
  std::barrier<> all_threads_;
  std::vector<Worker> workers_;
  std::unique_ptr<Repetition> repetition_;
  int repetitions_done_ = 0;
  std::int64_t last_iterations_ = 0;
  std::mutex mutex_;
  std::string failure_;              // guarded by mutex_ while threads run
  std::atomic<bool> failed_{false};  // failure_ is set
};

// Registers each case with Google Benchmark under its configuration's name. The cases must live
// until the benchmarks have run.
void register_with_google_benchmark(const std::vector<std::unique_ptr<BenchmarkCase>>& cases);

}  // namespace pragmark

#include "pragmark/bench/harness.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <benchmark/benchmark.h>

#include "pragmark/bench/answer_check.h"
#include "pragmark/bench/latency_counters.h"
#include "pragmark/bench/python_original.h"
#include "pragmark/bench/subject.h"
#include "pragmark/bench/worker_group.h"
#include "pragmark/bench/worker_tasks.h"
#include "pragmark/counting_vfs.h"
#include "pragmark/error.h"
#include "pragmark/memory_statistics.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {

using Clock = std::chrono::steady_clock;

// Members are destroyed in the reverse order: connections before the layer they use, both before
// the directory is removed.
struct BenchmarkCase::Repetition {
  Repetition(const Session::Options& options, bool in_python) : directory(options.scratch->path()) {
    if (in_python) return;  // its SQLite has no layer, and its loop is not ours
    harness_ns_per_op = pragmark::harness_ns_per_op();
    if (options.counting_vfs) layer.emplace();
  }

  ScratchDirectory directory;
  std::optional<StatementLog> log;
  std::optional<CountingVfs> layer;
  std::unique_ptr<Subject> subject;
  std::unique_ptr<WorkerGroup> group;  // when the clients run in processes of their own
  std::optional<double> harness_ns_per_op;
  IoCounts before;  // the clock started
  IoCounts cost;    // while it ran
  Tally total;
};

BenchmarkCase::BenchmarkCase(Configuration configuration, Session& session)
    : configuration_(std::move(configuration)),
      session_(session),
      data_(session.options().templates->data(configuration_)),
      all_threads_(configuration_.threads),
      workers_(static_cast<std::size_t>(configuration_.threads)) {}

BenchmarkCase::~BenchmarkCase() = default;

bool BenchmarkCase::fail(const std::string& message) {
  const std::lock_guard lock(mutex_);
  if (failed_.load()) return false;
  failure_ = message;
  failed_.store(true);
  return true;
}

// Runs a step of the preparation or of the checks; what it throws fails the configuration.
template <typename Work>
void BenchmarkCase::guarded(Work work) {
  try {
    work();
  } catch (const Error& error) {
    const bool first = fail(error.what());
    if (error.kind() == ErrorKind::Environment) {
      session_.note_environment_failure(error);
    } else if (first) {
      session_.note_failure();
    }
  } catch (const std::exception& error) {
    if (fail(error.what())) session_.note_failure();
  }
}

void BenchmarkCase::fail_check(const std::string& message) {
  if (fail(message)) session_.note_failure();
}

// Every thread comes through every barrier, whatever failed: nobody waits for nobody. SkipWithError
// comes after the loop for the same reason, and so that all repetitions have the same number of
// iterations: Google Benchmark stops the program when they differ.
void BenchmarkCase::run(benchmark::State& state) {
  const int thread = state.thread_index();
  Worker& worker = workers_[static_cast<std::size_t>(thread)];
  std::chrono::nanoseconds elapsed{0};

  if (thread == 0) begin(state.max_iterations);
  all_threads_.arrive_and_wait();
  prepare_worker(thread, state.max_iterations);
  all_threads_.arrive_and_wait();
  if (thread == 0 && repetition_ && repetition_->layer) {
    repetition_->before = repetition_->layer->counts();
  }
  while (state.KeepRunningBatch(state.max_iterations)) {
    const Clock::time_point start = Clock::now();
    all_threads_.arrive_and_wait();
    if (!stopped()) make_requests(thread, state.max_iterations);
    all_threads_.arrive_and_wait();
    elapsed += Clock::now() - start;
  }
  worker.client.reset();
  all_threads_.arrive_and_wait();
  if (thread == 0) end(state, elapsed);
}

void BenchmarkCase::make_subject(const std::string& database) {
  const std::string vfs = repetition_->layer ? repetition_->layer->name() : "";
  repetition_->subject = session_.options().make_subject(
      configuration_.strategy, {.path = database, .set = configuration_.set, .vfs = vfs});
}

void BenchmarkCase::begin(std::int64_t operations) {
  if (stopped()) return;
  guarded([&] {
    const Session::Options& options = session_.options();
    const bool in_python = configuration_.strategy == kPythonOriginal;
    set_memory_statistics(configuration_.memory_statistics);  // no connection is open yet
    repetition_ = std::make_unique<Repetition>(options, in_python);
    const std::string path = repetition_->directory.file("store.db");
    options.templates->place(configuration_, path);
    if (configuration_.statement_logging == StatementLogging::On) {
      repetition_->log.emplace(repetition_->directory.file(kStatementLogFile));
    }
    if (runs_in_workers(configuration_)) {
      repetition_->group = std::make_unique<WorkerGroup>(
          WorkerGroupOptions{.command = in_python ? options.python_command : options.worker_command,
                             .stopped = [this] { return stopped(); }},
          worker_tasks(configuration_, {.directory = &repetition_->directory,
                                        .database = path,
                                        .data = &data_,
                                        .operations = operations,
                                        .counting_vfs = repetition_->layer.has_value()}));
    } else {
      make_subject(path);
    }
  });
}

void BenchmarkCase::prepare_worker(int thread, std::int64_t operations) {
  Worker& worker = workers_[static_cast<std::size_t>(thread)];
  worker.tally.clear();
  if (stopped() || repetition_->group) return;
  guarded([&] {
    if (configuration_.in_flight > 1 && !worker.window) {
      worker.window.emplace(configuration_.in_flight);
    }
    worker.client =
        configuration_.workload->make_client({.subject = repetition_->subject.get(),
                                              .data = &data_,
                                              .thread = thread,
                                              .threads = configuration_.threads,
                                              .operations = operations,
                                              .reads_percent = configuration_.reads_percent});
    // One after the other: opening takes locks, and a set without a busy_timeout does not wait.
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    repetition_->subject->warm_up();
  });
}

void BenchmarkCase::make_requests(int thread, std::int64_t operations) {
  if (WorkerGroup* group = repetition_->group.get()) {
    if (thread != 0) return;
    guarded([&] {
      group->go();
      group->wait_until_done();
    });
    return;
  }
  Worker& worker = workers_[static_cast<std::size_t>(thread)];
  const auto has_stopped = [this] { return stopped(); };
  const auto on_failure = [this] { guarded([] { throw; }); };  // stopped() from now on
  const LoopControl control{.stopped = has_stopped, .on_failure = on_failure};
  if (worker.window) {
    keep_in_flight(*worker.client, operations, *worker.window, worker.tally, control);
  } else {
    pragmark::make_requests(*worker.client, operations, worker.tally, control);
  }
}

// What all threads, here or in the workers, have counted, once every thread is done.
void BenchmarkCase::collect() {
  if (repetition_->group) {
    const WorkerResult result = repetition_->group->result();
    repetition_->total = result.tally;
    repetition_->cost = result.io;
    repetition_->group->finish();
    make_subject(repetition_->directory.file("store.db"));
    return;
  }
  for (const Worker& worker : workers_) repetition_->total.merge(worker.tally);
  if (repetition_->layer) repetition_->cost = repetition_->layer->counts() - repetition_->before;
}

void BenchmarkCase::check() {
  const std::string fault =
      fault_of(repetition_->total, configuration_.rows, *repetition_->subject);
  if (!fault.empty()) fail_check(fault);
}

void BenchmarkCase::report(benchmark::State& state) {
  using benchmark::Counter;
  const Tally& total = repetition_->total;
  const auto set = [&](const char* name, auto value, Counter::Flags flags = Counter::kDefaults) {
    state.counters[name] = Counter(static_cast<double>(value), flags);
  };
  set("items_per_second", total.reads + total.writes, Counter::kIsRate);
  if (configuration_.workload->reads) set("reads_per_second", total.reads, Counter::kIsRate);
  if (configuration_.workload->writes) set("writes_per_second", total.writes, Counter::kIsRate);
  set("operations", total.attempted);
  set("busy_errors", total.busy_errors);
  set("errors", total.errors);
  for (const auto& [name, us] : latency_counters(total.latencies)) set(name, us);
  if (repetition_->harness_ns_per_op) set("harness_ns_per_op", *repetition_->harness_ns_per_op);
  if (!repetition_->layer) return;
  const IoCounts& cost = repetition_->cost;
  const auto per_write = [&](const char* name, std::uint64_t count) {
    if (total.writes > 0) set(name, static_cast<double>(count) / static_cast<double>(total.writes));
  };
  per_write("syncs_per_write", cost.syncs());
  per_write("wal_bytes_per_write", cost.at(FileRole::Wal).written_bytes);
  per_write("main_bytes_per_write", cost.at(FileRole::Main).written_bytes);
  set("checkpoints", cost.checkpoints);
  set("wal_bytes_max", cost.wal_bytes_max);
}

// Google Benchmark does not say whether a run was a repetition or a trial. It is one if it lasted
// long enough, and certainly if it has as many iterations as the run before it: trials grow.
void BenchmarkCase::count_repetition(std::int64_t iterations, std::chrono::nanoseconds elapsed) {
  const bool same_length = iterations == last_iterations_;
  const bool long_enough =
      std::chrono::duration<double>(elapsed).count() >= session_.options().min_time_s;
  const bool repetition = configuration_.operations_per_thread > 0 || repetitions_done_ > 0 ||
                          same_length || long_enough || stopped();
  last_iterations_ = iterations;
  if (!repetition) return;
  // The run before this one was the first repetition, and too short to be taken for one.
  const int count = repetitions_done_ == 0 && same_length && !stopped() ? 2 : 1;
  for (int i = 0; i < count; ++i) session_.options().on_repetition(configuration_);
  repetitions_done_ += count;
}

// Thread 0, after all are done. Counters are set here alone: they are added up over threads.
void BenchmarkCase::end(benchmark::State& state, std::chrono::nanoseconds elapsed) {
  if (repetition_) {
    if (!stopped()) {
      guarded([&] {
        collect();
        check();
      });
    }
    if (!stopped()) report(state);
  }
  if (failed_.load()) {
    state.SkipWithError(failure_.c_str());
  } else if (session_.stopped()) {
    state.SkipWithError("stopped");
  }
  state.SetLabel(std::string(to_string(configuration_.set.durability())));
  repetition_.reset();
  count_repetition(state.max_iterations, elapsed);
}

void register_with_google_benchmark(const std::vector<std::unique_ptr<BenchmarkCase>>& cases) {
  for (const std::unique_ptr<BenchmarkCase>& owned : cases) {
    BenchmarkCase* one = owned.get();
    auto* registered = benchmark::RegisterBenchmark(
        one->configuration().name().c_str(), [one](benchmark::State& state) { one->run(state); });
    registered->UseRealTime()->Threads(one->configuration().threads);
    if (one->configuration().operations_per_thread > 0) {
      registered->Iterations(one->configuration().operations_per_thread);
    }
  }
}

}  // namespace pragmark

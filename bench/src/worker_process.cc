#include "pragmark/bench/worker_process.h"

#include <csignal>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "crew.h"
#include "line_channel.h"
#include "pragmark/bench/subject.h"
#include "pragmark/bench/worker_protocol.h"
#include "pragmark/bench/workload.h"
#include "pragmark/counting_vfs.h"
#include "pragmark/error.h"
#include "pragmark/memory_statistics.h"
#include "pragmark/verify/sqlite_library.h"

namespace pragmark {
namespace {

WorkerFailure failure_of(const std::exception& exception) {
  WorkerFailure failure{.message = exception.what()};
  if (const auto* error = dynamic_cast<const Error*>(&exception)) {
    failure.operation = error->operation();
    failure.path = error->path();
    failure.extended_code = error->extended_code();
    failure.environment = error->kind() == ErrorKind::Environment && failure.extended_code == 0;
  }
  return failure;
}

// What the worker's threads run against. Members are destroyed in the reverse order: clients before
// their connections, connections before the layer that they use.
struct Worker {
  explicit Worker(const WorkerTask& task)
      : data({.seed = task.seed, .rows = task.rows, .payload = Payload::parse(task.payload)}) {
    const WorkloadInfo* workload = find_workload(task.workload);
    if (workload == nullptr) {
      throw Error::usage("a worker does not know the workload " + task.workload);
    }
    if (task.counting_vfs) layer.emplace();
    subject = make_subject(task.strategy, {.path = task.database,
                                           .set = PragmaSet::parse(task.set_file),
                                           .vfs = layer ? layer->name() : ""});
    crew.emplace(CrewOptions{.workload = workload,
                             .subject = subject.get(),
                             .data = &data,
                             .threads = task.threads,
                             .first_client = task.process * task.threads,
                             .clients = task.processes * task.threads,
                             .in_flight = task.in_flight,
                             .operations = task.operations,
                             .planned_operations = task.operations,
                             .reads_percent = task.reads_percent});
    crew->wait_until_ready();
  }

  void go() {
    if (layer) before = layer->counts();
    crew->go();
  }

  // REQUIRES: the crew is done.
  [[nodiscard]] WorkerResult result() {
    WorkerResult result{.tally = crew->tally()};
    if (layer) result.io = layer->counts() - before;
    try {
      if (const std::exception_ptr thrown = crew->failure()) std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      result.failure = failure_of(error);
    }
    return result;
  }

  const Dataset data;
  std::optional<CountingVfs> layer;
  std::unique_ptr<Subject> subject;
  IoCounts before;  // the last go()
  std::optional<Crew> crew;
};

void ignore_signals() noexcept {
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  sigemptyset(&ignore.sa_mask);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ}) {
    sigaction(number, &ignore, nullptr);
  }
}

void serve(LineReader& input, int output) {
  const std::optional<std::string> opening = input.next_line();
  if (!opening) return;
  const WorkerTask task = parse_open(*opening);
  set_memory_statistics(task.memory_statistics);
  Worker worker(task);
  bool heard = write_line(output, ready_line(linked_sqlite().version));
  while (heard) {
    const std::optional<std::string> command = input.next_line();
    if (!command) return;
    expect_go(*command);
    worker.go();
    if (!worker.crew->wait_until_done(output)) return;
    heard = write_line(output, done_line()) && write_line(output, result_line(worker.result()));
  }
}

}  // namespace

int run_worker(int input, int output) noexcept {
  ignore_signals();
  try {
    LineReader lines(input);
    serve(lines, output);
    return 0;
  } catch (const std::exception& error) {
    return write_line(output, error_line(failure_of(error))) ? 1 : 0;
  }
}

}  // namespace pragmark

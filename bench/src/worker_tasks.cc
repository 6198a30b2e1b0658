#include "pragmark/bench/worker_tasks.h"

#include <fstream>

#include <fmt/format.h>

#include "pragmark/bench/python_original.h"
#include "pragmark/bench/requests_file.h"
#include "pragmark/error.h"

namespace pragmark {
namespace {

// A set may have come from a file or from the command line; the workers get what it holds.
std::string write_set_file(const Configuration& configuration, const WorkerPlace& place) {
  std::string path = place.directory->file("workers.sql");
  std::ofstream file(path);
  file << configuration.set.to_sql();
  if (!file.flush()) {
    throw Error::environment("write", "the disk takes no more", path);
  }
  return path;
}

}  // namespace

bool runs_in_workers(const Configuration& configuration) {
  return configuration.processes > 1 || configuration.strategy == kPythonOriginal;
}

std::vector<WorkerTask> worker_tasks(const Configuration& configuration, const WorkerPlace& place) {
  const std::string set_file = write_set_file(configuration, place);
  std::vector<WorkerTask> tasks;
  for (int process = 0; process < configuration.processes; ++process) {
    tasks.push_back({.database = place.database,
                     .set_file = set_file,
                     .strategy = configuration.strategy,
                     .workload = std::string(configuration.workload->name),
                     .rows = configuration.rows,
                     .payload = configuration.payload.name,
                     .seed = place.data->seed(),
                     .reads_percent = configuration.reads_percent,
                     .process = process,
                     .processes = configuration.processes,
                     .threads = configuration.threads,
                     .in_flight = configuration.in_flight,
                     .operations = place.operations,
                     .counting_vfs = place.counting_vfs,
                     .memory_statistics = configuration.memory_statistics});
  }
  if (configuration.strategy != kPythonOriginal) return tasks;
  for (WorkerTask& task : tasks) {
    const std::string requests =
        place.directory->file(fmt::format("requests-{}.jsonl", task.process));
    write_requests_file(requests, configuration, *place.data, task.process, place.operations);
    task.script = python_script(configuration.set, requests);
  }
  return tasks;
}

}  // namespace pragmark

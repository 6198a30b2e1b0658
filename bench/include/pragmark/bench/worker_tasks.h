// From a configuration to what its worker processes are told.
//
//   WorkerGroup group({.command = command}, worker_tasks(configuration, place));
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pragmark/bench/configuration.h"
#include "pragmark/bench/dataset.h"
#include "pragmark/bench/worker_protocol.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {

// Where a repetition takes place.
struct WorkerPlace {
  const ScratchDirectory* directory;  // gets the files that workers read; never null
  std::string database;
  const Dataset* data;      // never null
  std::int64_t operations;  // of each thread
  bool counting_vfs;
};

// Whether the clients of this configuration run in processes of their own.
[[nodiscard]] bool runs_in_workers(const Configuration& configuration);

// One for each process. Writes the files that they name. Throws Error (kind Environment).
[[nodiscard]] std::vector<WorkerTask> worker_tasks(const Configuration& configuration,
                                                   const WorkerPlace& place);

}  // namespace pragmark

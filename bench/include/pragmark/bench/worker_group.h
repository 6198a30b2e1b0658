// The worker processes of one repetition, from the benchmark's side.
//
//   WorkerGroup group({.command = {"/proc/self/exe", "--worker"}, .stopped = stopped}, tasks);
//   group.go();                             // the clock runs from before this ..
//   group.wait_until_done();                // .. until after this
//   WorkerResult result = group.result();   // of all together
//   group.finish();                         // all have ended, each well
//
// worker_protocol.h says what is spoken. They are started by posix_spawn, not by fork alone: this
// process has threads, whose locks a fork would copy as they are at that moment.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pragmark/bench/worker_protocol.h"

namespace pragmark {

struct WorkerGroupOptions {
  std::vector<std::string> command;  // program and arguments of one worker; not empty
  // Looked at some times a second while waiting.
  std::function<bool()> stopped = [] { return false; };
};

// Owns:    the processes. On destruction those that still run are killed: a process that is waited
//          for may take long to end, and what it writes is not wanted any more.
// Threads: one thread at a time.
// Errors:  every member but the destructor throws: Error (kind Environment) when the machine
// refuses
//          a process or the worker says that the machine refused it; Interrupted when stopped()
//          says so; std::runtime_error, which says which worker and how it ended, otherwise.
class WorkerGroup {
 public:
  // Starts one worker for each task, all at once, and lets them open the database one after the
  // other: opening takes locks, and a set without a busy_timeout does not wait.
  WorkerGroup(WorkerGroupOptions options, const std::vector<WorkerTask>& tasks);
  ~WorkerGroup();
  WorkerGroup(const WorkerGroup&) = delete;
  WorkerGroup& operator=(const WorkerGroup&) = delete;

  void go();
  void wait_until_done();
  // Of all workers together, since the last go().
  // REQUIRES: wait_until_done() has returned.
  [[nodiscard]] WorkerResult result();
  // Ends the workers; throws when one does not end with exit code 0.
  void finish();

 private:
  class Worker;
  [[nodiscard]] WorkerAnswer answer_of(Worker& worker, WorkerSays expected);
  void wait_for_input(const std::vector<Worker*>& silent);

  WorkerGroupOptions options_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace pragmark

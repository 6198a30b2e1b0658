// What the repetitions of all configurations share: where they run, and whether they may go on.
//
//   Session session({.scratch = &scratch, .templates = &templates});
//   BenchmarkCase one(configuration, session);
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pragmark/bench/configuration.h"
#include "pragmark/bench/scratch_store.h"
#include "pragmark/bench/subject.h"
#include "pragmark/bench/worker_process.h"
#include "pragmark/error.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {

// Owns:    nothing but the failure; the rest outlives it.
// Threads: every member may be called by any number of threads at once.
// Errors:  rethrow_if_stopped() throws Error, the rest nothing.
class Session {
 public:
  using SubjectFactory = std::function<std::unique_ptr<Subject>(std::string_view strategy,
                                                                const SubjectOptions& options)>;
  struct Options {
    const ScratchDirectory* scratch;
    StoreTemplates* templates;
    bool counting_vfs = true;
    double min_time_s = 1;  // to tell trials from repetitions for on_repetition
    // Called by one thread after each repetition, not after trials.
    std::function<void(const Configuration&)> on_repetition = [](const Configuration&) {};
    std::vector<std::string> worker_command = {"/proc/self/exe", kWorkerArgument};
    std::vector<std::string> python_command = {};  // of python-original; see python_original.h
    SubjectFactory make_subject = pragmark::make_subject;  // the tests put a lying one here
  };
  explicit Session(Options options) : options_(std::move(options)) {}

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  // A configuration has failed, by its own fault or the machine's. When the disk takes no more
  // writes no other one can go on: all of them stop, and the error is kept.
  void note_failure() noexcept { ++failed_checks_; }
  void note_environment_failure(const Error& error);
  // Throws the error that stopped everything, if there is one.
  void rethrow_if_stopped() const;
  // How many configurations failed otherwise than by the machine's refusal.
  [[nodiscard]] int failed_checks() const noexcept { return failed_checks_.load(); }
  // By such a disk, or by the user's interrupt.
  [[nodiscard]] bool stopped() const noexcept;

 private:
  Options options_;
  std::atomic<int> failed_checks_{0};
  std::atomic<bool> stopped_{false};  // stopped_by_ is set
  mutable std::mutex mutex_;
  std::optional<Error> stopped_by_;  // guarded by mutex_
};

}  // namespace pragmark

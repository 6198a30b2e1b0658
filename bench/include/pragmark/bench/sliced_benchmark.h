// One configuration under `pragmark bench --slices`: a fresh database, whose clients make their
// requests on command, and whose answers are checked at the end.
//
//   SlicedBenchmark benchmark(place, configuration, plan);
//   while (std::optional<SliceResult> result = benchmark.slice(output)) ..
//   SliceTotals totals = benchmark.close();
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "pragmark/bench/configuration.h"
#include "pragmark/bench/scratch_store.h"
#include "pragmark/bench/session.h"
#include "pragmark/bench/slice_protocol.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {

// Where sliced benchmarks take place.
struct SlicePlace {
  const ScratchDirectory* scratch;  // never null
  StoreTemplates* templates;        // never null
  bool counting_vfs = true;
  Session::SubjectFactory make_subject = pragmark::make_subject;  // the tests put a lying one here
};

// Owns:    the database and all that is at work on it; removes it on destruction.
// Threads: one thread at a time, and one sliced benchmark at a time in a process, whose memory
//          statistics are set for it.
// Errors:  the constructor, slice() and close() throw Error, or std::runtime_error when an answer
//          or the database does not hold what it should.
class SlicedBenchmark {
 public:
  // REQUIRES: the configuration's clients do not run in processes of their own.
  SlicedBenchmark(const SlicePlace& place, const Configuration& configuration,
                  const SlicePlan& plan);
  ~SlicedBenchmark();
  SlicedBenchmark(const SlicedBenchmark&) = delete;
  SlicedBenchmark& operator=(const SlicedBenchmark&) = delete;

  // In a slice, over all threads.
  [[nodiscard]] std::int64_t operations() const noexcept;
  // `output` is where the result will go. Empty when its reader went away, or the program was
  // interrupted, before the slice was done. Throws Error (kind Usage) when all slices of the plan
  // are used up.
  [[nodiscard]] std::optional<SliceResult> slice(int output);
  // After which there is nothing left but to destroy it.
  [[nodiscard]] SliceTotals close();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace pragmark

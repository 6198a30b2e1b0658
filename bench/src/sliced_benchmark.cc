#include "pragmark/bench/sliced_benchmark.h"

#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "crew.h"
#include "pragmark/bench/answer_check.h"
#include "pragmark/bench/busy_loop.h"
#include "pragmark/bench/content_checksum.h"
#include "pragmark/counting_vfs.h"
#include "pragmark/error.h"
#include "pragmark/memory_statistics.h"

namespace pragmark {
namespace {

void throw_fault(const std::string& fault) {
  if (!fault.empty()) throw std::runtime_error(fault);
}

}  // namespace

// Members are destroyed in the reverse order: clients before their connections, connections before
// the layer that they use, all before the directory is removed.
struct SlicedBenchmark::Parts {
  Parts(const SlicePlace& place, const Configuration& configuration, const SlicePlan& plan);

  [[nodiscard]] CrewOptions crew_options(const Configuration& configuration,
                                         const SlicePlan& plan) const;

  const std::int64_t initial_rows;
  const int threads;
  const std::int64_t operations_per_thread;  // in a slice
  const Dataset data;
  const ScratchDirectory directory;
  const std::string database;
  std::optional<StatementLog> log;
  std::optional<CountingVfs> layer;
  std::unique_ptr<Subject> subject;
  std::optional<Crew> crew;
  IoCounts counted;  // until the end of the slice before
  const std::int64_t slices_planned;
  std::int64_t slices_done = 0;
  Tally total;
};

SlicedBenchmark::Parts::Parts(const SlicePlace& place, const Configuration& configuration,
                              const SlicePlan& plan)
    : initial_rows(configuration.rows),
      threads(configuration.threads),
      operations_per_thread((plan.operations + threads - 1) / threads),
      data(place.templates->data(configuration)),
      directory(place.scratch->path()),
      database(directory.file("store.db")),
      slices_planned(plan.slices) {
  set_memory_statistics(configuration.memory_statistics);  // no connection is open yet
  place.templates->place(configuration, database);
  if (configuration.statement_logging == StatementLogging::On) {
    log.emplace(directory.file(kStatementLogFile));
  }
  if (place.counting_vfs) layer.emplace();
  subject = place.make_subject(
      configuration.strategy,
      {.path = database, .set = configuration.set, .vfs = layer ? layer->name() : ""});
  crew.emplace(crew_options(configuration, plan));
  crew->wait_until_ready();
  if (layer) counted = layer->counts();
}

CrewOptions SlicedBenchmark::Parts::crew_options(const Configuration& configuration,
                                                 const SlicePlan& plan) const {
  return {.workload = configuration.workload,
          .subject = subject.get(),
          .data = &data,
          .threads = threads,
          .clients = threads,
          .in_flight = configuration.in_flight,
          .operations = operations_per_thread,
          .planned_operations = operations_per_thread * plan.slices,
          .reads_percent = configuration.reads_percent,
          .busy_iterations = busy_iterations(plan.busy_loop_ns)};
}

SlicedBenchmark::SlicedBenchmark(const SlicePlace& place, const Configuration& configuration,
                                 const SlicePlan& plan)
    : parts_(std::make_unique<Parts>(place, configuration, plan)) {}

SlicedBenchmark::~SlicedBenchmark() = default;

std::int64_t SlicedBenchmark::operations() const noexcept {
  return parts_->operations_per_thread * parts_->threads;
}

std::optional<SliceResult> SlicedBenchmark::slice(int output) {
  if (parts_->slices_done == parts_->slices_planned) {
    throw Error::usage(fmt::format("all {} slices were made; announce as many as are needed when "
                                   "the benchmark is opened",
                                   parts_->slices_planned));
  }
  Crew& crew = *parts_->crew;
  crew.go();
  if (!crew.wait_until_done(output)) return std::nullopt;
  if (const std::exception_ptr thrown = crew.failure()) std::rethrow_exception(thrown);
  SliceResult result{.tally = crew.tally(),
                     .seconds = std::chrono::duration<double>(crew.elapsed()).count()};
  throw_fault(fault_of_reads(result.tally));
  throw_fault(fault_of_success(result.tally));
  if (parts_->layer) {
    // Since the slice before, not since its own beginning: what a thread of the strategy did in
    // between (a checkpoint) is on account of a slice too.
    const IoCounts now = parts_->layer->counts();
    result.io = now - parts_->counted;
    parts_->counted = now;
  }
  parts_->total.merge(result.tally);
  ++parts_->slices_done;
  return result;
}

SliceTotals SlicedBenchmark::close() {
  parts_->crew.reset();
  const Tally& total = parts_->total;
  throw_fault(fault_of_database(total, parts_->initial_rows, *parts_->subject));
  SliceTotals totals{
      .rows = parts_->subject->count_topics(), .reads = total.reads, .writes = total.writes};
  parts_->subject.reset();  // a set may have the file for its connections alone
  totals.checksum = content_checksum(parts_->database);
  return totals;
}

}  // namespace pragmark

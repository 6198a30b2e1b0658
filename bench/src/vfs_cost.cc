#include "pragmark/bench/vfs_cost.h"

#include <chrono>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "pragmark/assert.h"
#include "pragmark/bench/statistics.h"
#include "pragmark/bench/subject.h"
#include "pragmark/bench/workload.h"
#include "pragmark/counting_vfs.h"
#include "pragmark/verify/interrupt.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPairs = 9;
constexpr std::chrono::milliseconds kSlice{40};

// One database with one client on it.
class Arm {
 public:
  Arm(StoreTemplates& templates, const Configuration& configuration, const std::string& path,
      const std::string& vfs)
      : data_(templates.data(configuration)) {
    templates.copy(configuration, path);
    subject_ =
        make_subject(configuration.strategy, {.path = path, .set = configuration.set, .vfs = vfs});
    subject_->warm_up();
    client_ = configuration.workload->make_client({.subject = subject_.get(),
                                                   .data = &data_,
                                                   .thread = 0,
                                                   .threads = 1,
                                                   .operations = 1,
                                                   .reads_percent = 0});
  }

  double seconds_for(std::int64_t requests) {
    throw_if_interrupted();
    const Clock::time_point start = Clock::now();
    for (std::int64_t i = 0; i < requests; ++i) {
      PRAGMARK_ASSERT(client_->run() != Outcome::WrongRow);
    }
    return std::chrono::duration<double>(Clock::now() - start).count();
  }

 private:
  Dataset data_;
  std::unique_ptr<Subject> subject_;
  std::unique_ptr<Client> client_;
};

// How many requests fill a slice, by doubling. Both arms make all of them, so that their databases
// stay alike.
std::int64_t requests_for_a_slice(Arm& without, Arm& with) {
  std::int64_t requests = 16;
  for (;; requests *= 2) {
    const double seconds = without.seconds_for(requests);
    static_cast<void>(with.seconds_for(requests));
    if (seconds >= std::chrono::duration<double>(kSlice).count()) return requests;
  }
}

VfsCost measure(StoreTemplates& templates, const std::filesystem::path& parent,
                std::string_view workload) {
  // Without syncs: they take as long with the layer as without it, and their noise would drown what
  // is measured. The cost found is an upper bound for sets that sync.
  const Configuration configuration{.workload = find_workload(workload),
                                    .set = PragmaSet::parse("production+synchronous=OFF"),
                                    .strategy = "per-thread",
                                    .threads = 1,
                                    .rows = 1000,
                                    .payload = Payload::parse("small"),
                                    .reads_percent = 0,
                                    .operations_per_thread = 0};
  const ScratchDirectory scratch(parent);
  const CountingVfs layer;
  Arm without(templates, configuration, scratch.file("without.db"), "");
  Arm with(templates, configuration, scratch.file("with.db"), layer.name());
  const std::int64_t requests = requests_for_a_slice(without, with);

  // Strictly in turn, so that every slice follows one of the other arm and finds the processor's
  // caches in the same state; each against the mean of its neighbours, so that drift cancels out.
  std::vector<double> percents;
  double seconds_before = without.seconds_for(requests);
  for (int pair = 0; pair < kPairs; ++pair) {
    const double seconds_with = with.seconds_for(requests);
    const double seconds_after = without.seconds_for(requests);
    percents.push_back(((2 * seconds_with / (seconds_before + seconds_after)) - 1) * 100);
    seconds_before = seconds_after;
  }
  const Interval interval = median_interval(percents).value();
  return {.percent = median(percents), .low = interval.low, .high = interval.high, .pairs = kPairs};
}

}  // namespace

std::string to_string(const VfsCost& cost) {
  return fmt::format("{:.1f} [{:.1f}, {:.1f}] n={}", cost.percent, cost.low, cost.high, cost.pairs);
}

VfsCosts measure_vfs_costs(StoreTemplates& templates, const std::filesystem::path& scratch) {
  return {.write = measure(templates, scratch, "sequential_write"),
          .read = measure(templates, scratch, "sequential_read")};
}

}  // namespace pragmark

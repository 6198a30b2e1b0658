// What a sort does: M001 temp_store, M002 threads.
//
// Both sort rows that do not fit the sorter's memory, which is that of the cache: it is made small
// (with_small_sorts), so that a run of the sorter holds about 1 MiB whatever the set says.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <sqlite3.h>

#include "behaviour/behaviour_check.h"
#include "behaviour/scratch_pages.h"
#include "pragmark/verify/sqlite_library.h"

namespace pragmark::behaviour {
namespace {

constexpr std::int64_t kRunRows = 1100;  // of about 1 KiB: just more than one run of the sorter

PragmaSet with_small_sorts(const PragmaSet& set) {
  return set.with("cache_size", "-1000").with("page_size", "4096");
}

// Sorts `rows` rows of about 1 KiB, which come from a recursion, by the collation.
void sort_rows(Connection& connection, std::int64_t rows, std::string_view collation) {
  Statement sort = connection.prepare(fmt::format(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
      "SELECT printf('%d%.1000c', i * 7919 % 1000003, 'x') AS line FROM n ORDER BY line COLLATE {}",
      collation));
  sort.bind(1, rows);
  sort.run();
}

// SQLITE_TEMP_STORE, which decides what DEFAULT means and whether the other values mean anything.
int compiled_temp_store() {
  for (const std::string& option : linked_sqlite().compile_options) {
    if (option.starts_with("TEMP_STORE=")) return option.back() - '0';
  }
  return 1;
}

bool claims_memory(std::string_view claim) {
  return claim == "MEMORY" || (claim == "DEFAULT" && compiled_temp_store() >= 2);
}

Observation observe_temp_store(Experiment& experiment) {
  constexpr std::int64_t kRows = 4 * kRunRows;
  Connection connection =
      experiment.open_with(with_small_sorts(experiment.applied()), Patience::None);
  const IoCounts before = experiment.counts();
  sort_rows(connection, kRows, "BINARY");
  const FileCounts files = (experiment.counts() - before).at(FileRole::Temp);
  const std::string seen = fmt::format("temporary files of a sort of 4 MiB: {}, writes to them: {}",
                                       files.opens, files.writes);
  const std::string_view claim = experiment.claim();
  if (claims_memory(claim) != (files.writes == 0)) {
    Observation refuted = contrary(seen);
    const int compiled = compiled_temp_store();
    if (compiled == 0 || compiled == 3) {
      refuted.reason = fmt::format("the library was built with SQLITE_TEMP_STORE={}", compiled);
    }
    return refuted;
  }
  return claim == "DEFAULT" ? consistent(seen) : as_claimed(seen);
}

// Tells which threads sort. The sorter starts a thread for each run while it has one to spare, and
// sorts in the calling thread when it has none: worker threads are held in their first comparison
// until the caller makes one, so that all of them are there to be counted.
//
// Owns:    nothing. Must outlive the connection whose collation it is.
// Threads: note_thread() by any number of threads at once; the rest by the one that made it.
// Errors:  none.
class SorterWatch {
 public:
  explicit SorterWatch(std::size_t awaited) : awaited_(awaited) {}

  void note_thread() noexcept {
    if (released_.load(std::memory_order_acquire)) return;
    std::unique_lock lock(mutex_);
    if (std::this_thread::get_id() == caller_) {
      changed_.wait_for(lock, kPatience, [&] { return workers_.size() >= awaited_; });
      released_.store(true, std::memory_order_release);
    } else {
      workers_.insert(std::this_thread::get_id());
    }
    changed_.notify_all();
    changed_.wait_for(lock, kPatience, [&] { return released_.load(); });
  }

  [[nodiscard]] std::size_t workers() {
    const std::lock_guard lock(mutex_);
    return workers_.size();
  }

 private:
  static constexpr std::chrono::seconds kPatience{10};  // for what never comes

  const std::thread::id caller_ = std::this_thread::get_id();
  const std::size_t awaited_;
  std::atomic<bool> released_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::thread::id> workers_;  // guarded by mutex_
};

int compare_and_note(void* watch, int left_bytes, const void* left, int right_bytes,
                     const void* right) {
  static_cast<SorterWatch*>(watch)->note_thread();
  const std::string_view first(static_cast<const char*>(left),
                               static_cast<std::size_t>(left_bytes));
  return first.compare({static_cast<const char*>(right), static_cast<std::size_t>(right_bytes)});
}

Observation observe_threads(Experiment& experiment) {
  constexpr std::int64_t kMostThreads = 16;  // SQLite is built with a maximum of 8, or of less
  const std::int64_t claimed = claimed_integer(experiment, "threads");
  Connection connection =
      experiment.open_with(with_small_sorts(experiment.applied()), Patience::None);
  const std::int64_t allowed = sqlite3_limit(connection.handle(), SQLITE_LIMIT_WORKER_THREADS, -1);
  const bool in_memory = claims_memory(experiment.claim("temp_store"));
  SorterWatch watch(in_memory ? 0 : static_cast<std::size_t>(allowed));
  sqlite3_create_collation_v2(connection.handle(), "watched", SQLITE_UTF8, &watch, compare_and_note,
                              nullptr);
  // A run for each thread, one for the caller, and one more.
  sort_rows(connection, (std::min(std::max(claimed, allowed), kMostThreads) + 2) * kRunRows,
            "watched");
  const auto workers = static_cast<std::int64_t>(watch.workers());
  Observation seen = as_claimed(fmt::format("{} threads beside the caller's in a sort", workers));
  if (workers == claimed) return seen;
  seen.effect = Effect::Contrary;
  if (workers == 0 && in_memory) seen.reason = "one thread makes a sort in memory (temp_store)";
  return seen;
}

constexpr std::array<std::string_view, 4> kTempStoreRight = {
    "production", "default", "default+temp_store=FILE", "default+temp_store=MEMORY"};
constexpr std::array kTempStoreControls = {
    Control{.what = "FILE behind a set that claims MEMORY",
            .claimed = "production",
            .applied = "production+temp_store=FILE",
            .expected = Verdict::Fail},
    Control{.what = "MEMORY behind a set that claims FILE",
            .claimed = "default+temp_store=FILE",
            .applied = "default+temp_store=MEMORY",
            .expected = Verdict::Fail},
};

constexpr std::array<std::string_view, 3> kThreadsRight = {"default+threads=0", "default+threads=2",
                                                           "production+threads=0"};
constexpr std::array kThreadsControls = {
    Control{.what = "no threads behind a set that claims 2",
            .claimed = "default+threads=2",
            .applied = "default+threads=0",
            .expected = Verdict::Fail},
    Control{.what = "2 threads behind a set that claims none",
            .claimed = "default+threads=0",
            .applied = "default+threads=2",
            .expected = Verdict::Fail},
    Control{.what = "threads for sorts that temp_store keeps in memory",
            .claimed = "production+threads=2",
            .applied = "production+threads=2",
            .expected = Verdict::Ineffective},
};

constexpr std::array kChecks = {
    BehaviourCheck{.id = "M001",
                   .setting = "temp_store",
                   .question = "does a sort larger than its memory go to a temporary file?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "sorts and temporary tables go to files, or take memory",
                   .repair = "",
                   .documentation = "https://www.sqlite.org/tempfiles.html",
                   .observe = observe_temp_store,
                   .right = kTempStoreRight,
                   .controls = kTempStoreControls},
    BehaviourCheck{.id = "M002",
                   .setting = "threads",
                   .question = "how many threads take part in a large sort?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "sorts use fewer threads, or more, than planned",
                   .repair = "set it together with temp_store = FILE: one thread makes a sort in "
                             "memory",
                   .documentation = "",
                   .observe = observe_threads,
                   .right = kThreadsRight,
                   .controls = kThreadsControls},
};

}  // namespace

std::span<const BehaviourCheck> sort_checks() noexcept { return kChecks; }

}  // namespace pragmark::behaviour

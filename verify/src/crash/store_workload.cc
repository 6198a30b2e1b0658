// The store's own operations through a strategy: topics, blog posts that refer to them, documents
// with their full-text index. A strategy with a queue gets several at a time, which it commits
// together; the others get one after another. Each is acknowledged when the store says that it is
// done.
//
// What shares a transaction must not depend on which thread is faster, or the same seed would give
// another recording each time. So the queue is filled while the committing thread is inside a
// transaction without any write, which it finishes when the group is complete.
//
// Invariants: the numbers in the ids are 1..n without a gap; each row is what the seed makes of its
// number; foreign keys hold.
#include <algorithm>
#include <deque>
#include <optional>
#include <semaphore>
#include <thread>

#include <fmt/format.h>
#include <sqlite3.h>

#include "crash/hash.h"
#include "crash/workload.h"
#include "pragmark/error.h"
#include "pragmark/pragma.h"
#include "pragmark/store.h"

namespace pragmark::crash {
namespace {

constexpr std::int64_t kNumber = 45;
constexpr std::int64_t kCheckpointEvery = 15;
constexpr std::int64_t kGroup = 5;

std::string id_of(std::int64_t number) { return fmt::format("r{:06}", number); }

std::string text_of(std::uint64_t seed, std::int64_t number) {
  Random random(mixed(seed) ^ static_cast<std::uint64_t>(number));
  std::string text;
  const std::uint64_t words = 10 + random.below(200);
  for (std::uint64_t i = 0; i < words; ++i) text += fmt::format("w{:x} ", random.below(100'000));
  return text;
}

bool is_failed_sync(const Error& error) noexcept { return error.code() == SQLITE_IOERR; }
// A COMMIT whose last sync failed may have taken effect all the same: made again, its rows are
// there.
bool is_there_already(const Error& error) noexcept { return error.code() == SQLITE_CONSTRAINT; }

// The last number that is there without a gap, and whether the store said so.
struct Done {
  std::int64_t number;
  bool acknowledged;
};

// Keeps the committing thread inside a transaction that writes nothing, from the constructor until
// open() or the end.
class Gate {
 public:
  explicit Gate(Store& store)
      : thread_([this, &store] {
          try {
            store.batch([this](Writer&) {
              inside_.release();
              opened_.acquire();
            });
          } catch (const Error&) {
            // Nothing was written: it is only the gate that failed, and it is open.
          }
          inside_.release();
        }) {
    inside_.acquire();
  }
  ~Gate() { open(); }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  void open() {
    if (!thread_.joinable()) return;
    opened_.release();
    thread_.join();
  }

 private:
  std::counting_semaphore<2> inside_{0};
  std::binary_semaphore opened_{0};
  std::thread thread_;  // last: it uses the others
};

class StoreWorkload final : public Workload {
 public:
  StoreWorkload(const WorkloadOptions& options, std::string_view strategy)
      : options_(options),
        strategy_(strategy),
        group_(parse_strategy(strategy).info->queues ? kGroup : 1),
        transactions_(options.transactions > 0 ? options.transactions : kNumber) {}

  [[nodiscard]] std::string description() const override {
    return fmt::format(
        "{} operations of the store through strategy {} (topics, blog posts, documents), {} at a "
        "time, a checkpoint every {}",
        transactions_, strategy_, group_, kCheckpointEvery);
  }

  void prepare(const std::string& vfs) override { const Store store(store_options(vfs)); }

  void run(const std::string& vfs, Recorder& recorder) override {
    Store store(store_options(vfs));
    std::int64_t done = 0;
    // As many tries as there are operations: one may fail, and is then made again.
    for (std::int64_t tries = 0; done < transactions_ && tries < 2 * transactions_; ++tries) {
      const std::int64_t last = std::min(done + group_, transactions_);
      if (options_.acknowledge_early) acknowledge(recorder, done, last);
      const std::int64_t before = done;
      const Done now = insert(store, done, last);
      done = now.number;
      if (done == before) continue;
      if (!options_.acknowledge_early && now.acknowledged) acknowledge(recorder, before, done);
      if (done / kCheckpointEvery != before / kCheckpointEvery) checkpoint(store);
    }
    recorder.stop();
  }

  [[nodiscard]] Inspection inspect(Connection& connection,
                                   const std::string& /*vfs*/) const override {
    Inspection result;
    Statement rows = connection.prepare(
        "SELECT id, description FROM topics UNION ALL SELECT id, content FROM blog_posts "
        "UNION ALL SELECT id, content FROM documents ORDER BY 1");
    while (rows.step()) {
      const std::int64_t number = result.committed + 1;
      if (rows.text(0) != id_of(number) || rows.text(1) != expected(number)) {
        result.finding = fmt::format("row {} is missing or another one", number);
        return result;
      }
      result.committed = number;
    }
    const std::vector<std::string> orphans = foreign_key_check(connection.handle(), 1);
    if (!orphans.empty()) result.finding = orphans.front();
    return result;
  }

 private:
  [[nodiscard]] StoreOptions store_options(const std::string& vfs) const {
    return {.path = kDatabase, .set = options_.set, .strategy = strategy_, .vfs = vfs};
  }

  [[nodiscard]] const std::string& expected(std::int64_t number) const {
    while (made_.size() <= static_cast<std::size_t>(number)) {
      made_.push_back(text_of(options_.seed, static_cast<std::int64_t>(made_.size())));
    }
    return made_[static_cast<std::size_t>(number)];
  }

  static void acknowledge(Recorder& recorder, std::int64_t before, std::int64_t last) {
    while (before < last) recorder.acknowledge(kTransactions, ++before);
  }

  // All of a group share one transaction, so either all of them are there or none is.
  Done insert(Store& store, std::int64_t done, std::int64_t last) const {
    std::vector<std::future<void>> futures;
    {
      std::optional<Gate> gate;
      if (group_ > 1) gate.emplace(store);
      for (std::int64_t number = done + 1; number <= last; ++number) {
        futures.push_back(submit(store, number));
      }
    }
    Done now{.number = last, .acknowledged = true};
    for (std::future<void>& future : futures) {
      try {
        future.get();
      } catch (const Error& error) {
        if (!is_failed_sync(error) && !is_there_already(error)) throw;
        now.acknowledged = false;
        if (is_failed_sync(error)) now.number = done;
      }
    }
    return now;
  }

  static void checkpoint(Store& store) {
    try {
      static_cast<void>(store.checkpoint(CheckpointMode::Passive));
    } catch (const Error& error) {
      if (!is_failed_sync(error)) throw;
    }
  }

  // Every third number is a topic, to which the next post refers.
  [[nodiscard]] std::future<void> submit(Store& store, std::int64_t number) const {
    const std::string& text = expected(number);
    if (number % 3 == 1) {
      return store.insert_async(
          Topic{.id = id_of(number), .title = "a topic", .description = text});
    }
    if (number % 3 == 2) {
      return store.insert_async(
          BlogPost{.id = id_of(number), .research_topic_id = id_of(number - 1), .content = text});
    }
    return store.insert_async(
        Document{.id = id_of(number), .title = "a document", .content = text});
  }

  WorkloadOptions options_;
  std::string strategy_;
  std::int64_t group_;
  std::int64_t transactions_;
  mutable std::deque<std::string> made_;  // a deque: references stay
};

}  // namespace

std::unique_ptr<Workload> make_store(const WorkloadOptions& options, std::string_view strategy) {
  return std::make_unique<StoreWorkload>(options, strategy);
}

}  // namespace pragmark::crash

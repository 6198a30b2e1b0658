// The store's own operations through a strategy: topics, blog posts that refer to them, documents
// with their full-text index, updates. One operation after another, each acknowledged when it
// returns.
//
// Invariants: the numbers in the ids are 1..n without a gap; each row is what the seed makes of its
// number; foreign keys hold.
#include <fmt/format.h>
#include <sqlite3.h>

#include "crash/hash.h"
#include "crash/workload.h"
#include "pragmark/error.h"
#include "pragmark/pragma.h"
#include "pragmark/store.h"

namespace pragmark::crash {
namespace {

constexpr int kTransactions = 60;
constexpr int kCheckpointEvery = 15;

std::string id_of(std::int64_t number) { return fmt::format("r{:06}", number); }

std::string text_of(std::uint64_t seed, std::int64_t number) {
  Random random(mixed(seed) ^ static_cast<std::uint64_t>(number));
  std::string text;
  const std::uint64_t words = 10 + random.below(200);
  for (std::uint64_t i = 0; i < words; ++i) text += fmt::format("w{:x} ", random.below(100'000));
  return text;
}

class StoreWorkload final : public Workload {
 public:
  explicit StoreWorkload(const WorkloadOptions& options)
      : options_(options),
        transactions_(options.transactions > 0 ? options.transactions : kTransactions) {
    static_cast<void>(parse_strategy(options.strategy));
  }

  [[nodiscard]] std::string description() const override {
    return fmt::format(
        "{} operations of the store through strategy {} (topics, blog posts, documents), one at a "
        "time, a checkpoint every {}",
        transactions_, options_.strategy, kCheckpointEvery);
  }

  void prepare(const std::string& vfs) override { const Store store(store_options(vfs)); }

  void run(const std::string& vfs, Recorder& recorder) override {
    Store store(store_options(vfs));
    std::int64_t number = 0;
    for (int i = 0; i < transactions_; ++i) {
      try {
        if (options_.acknowledge_early) recorder.acknowledge(0, number + 1);
        insert(store, number + 1);
        ++number;
        if (!options_.acknowledge_early) recorder.acknowledge(0, number);
        if ((i + 1) % kCheckpointEvery == 0) {
          static_cast<void>(store.checkpoint(CheckpointMode::Passive));
        }
      } catch (const Error& error) {
        if (error.code() != SQLITE_IOERR) throw;
      }
    }
    recorder.stop();
  }

  [[nodiscard]] Inspection inspect(Connection& connection) const override {
    Inspection result;
    Statement rows = connection.prepare(
        "SELECT id, description FROM topics UNION ALL SELECT id, content FROM blog_posts "
        "UNION ALL SELECT id, content FROM documents ORDER BY 1");
    while (rows.step()) {
      const std::int64_t number = result.committed + 1;
      if (rows.text(0) != id_of(number) || rows.text(1) != text_of(options_.seed, number)) {
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
    return {.path = kDatabase, .set = options_.set, .strategy = options_.strategy, .vfs = vfs};
  }

  // Every third number is a topic, to which the next post refers.
  void insert(Store& store, std::int64_t number) const {
    const std::string text = text_of(options_.seed, number);
    if (number % 3 == 1) {
      store.insert(Topic{.id = id_of(number), .title = "a topic", .description = text});
    } else if (number % 3 == 2) {
      store.insert(
          BlogPost{.id = id_of(number), .research_topic_id = id_of(number - 1), .content = text});
    } else {
      store.insert(Document{.id = id_of(number), .title = "a document", .content = text});
    }
  }

  WorkloadOptions options_;
  int transactions_;
};

}  // namespace

std::unique_ptr<Workload> make_store(const WorkloadOptions& options) {
  return std::make_unique<StoreWorkload>(options);
}

}  // namespace pragmark::crash

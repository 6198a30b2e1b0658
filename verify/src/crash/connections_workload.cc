// Several connections with checkpoints of every mode: two write in an order that the seed decides,
// a third reads, in WAL mode from a snapshot that it keeps over some transactions, so that
// checkpoints stop half way and the WAL begins anew only after it has ended. One of the writers is
// closed and opened again now and then.
//
// All on one thread, since the same seed has to give the same recording. What two threads do to
// each other at the very same moment is the business of the kill rounds.
#include <fmt/format.h>

#include "crash/bank.h"
#include "crash/hash.h"

namespace pragmark::crash {
namespace {

constexpr std::int64_t kNumber = 40;
constexpr std::int64_t kReopenEvery = 13;

class Connections final : public BankWorkload {
 public:
  explicit Connections(const WorkloadOptions& options)
      : BankWorkload(options, {.transactions = kNumber}), seed_(options.seed) {}

  [[nodiscard]] std::string description() const override {
    return fmt::format(
        "{} transactions by two writers in a seeded order beside a reader{}, checkpoints of every "
        "mode, a writer opened anew every {}",
        transactions(), is_wal() ? " with snapshots" : "", kReopenEvery);
  }

  void run(const std::string& vfs, Recorder& recorder) override {
    std::vector<Connection> all;  // two writers and the reader
    for (int i = 0; i < 3; ++i) all.push_back(open(vfs));
    Connection& reader = all.back();
    Random random(mixed(seed_));
    for (std::int64_t i = 0; i < transactions(); ++i) {
      look(reader, random);
      Connection& writer = all[random.below(2)];
      survive(writer, [&] { commit_one(writer, recorder); });
      if (random.below(4) == 0) {
        Connection& checkpointer = all[random.below(2)];
        const CheckpointMode mode = mode_of(reader, random);
        survive(checkpointer, [&] { static_cast<void>(checkpointer.checkpoint(mode)); });
      }
      if ((i + 1) % kReopenEvery == 0) all.front() = open(vfs);
    }
    recorder.stop();
  }

 private:
  // Begins a snapshot or ends it; in the rollback modes it would hold the writers off.
  void look(Connection& reader, Random& random) const {
    const std::uint64_t drawn = random.below(3);
    if (is_wal() && drawn == 0) {
      reader.execute(reader.in_transaction() ? "COMMIT" : "BEGIN");
    }
    reader.execute("SELECT sum(balance) FROM accounts");
  }

  // Another mode than passive waits for a snapshot to end, which it never would.
  static CheckpointMode mode_of(const Connection& reader, Random& random) {
    const auto drawn = static_cast<CheckpointMode>(random.below(4));
    return reader.in_transaction() ? CheckpointMode::Passive : drawn;
  }

  std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<Workload> make_connections(const WorkloadOptions& options) {
  return std::make_unique<Connections>(options);
}

}  // namespace pragmark::crash

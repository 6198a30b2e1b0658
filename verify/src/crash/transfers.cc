// Short transactions by two connections that take turns, and large ones that outgrow the cache.
#include <fmt/format.h>

#include "crash/bank.h"

namespace pragmark::crash {
namespace {

struct Shape {
  std::int64_t transactions;
  std::int64_t transfers;         // of a transaction
  std::int64_t checkpoint_every;  // transactions; 0: only those that the set makes by itself
  bool spills;                    // a cache of a few pages
};

class Transfers final : public BankWorkload {
 public:
  Transfers(const Shape& shape, const WorkloadOptions& options)
      : BankWorkload(options, {.transfers = shape.transfers, .transactions = shape.transactions}),
        shape_(shape) {
    if (shape.spills) change_set("cache_size", "10");
  }

  [[nodiscard]] std::string description() const override {
    const std::string checkpoints =
        shape_.checkpoint_every == 0
            ? "no checkpoints but the set's own"
            : fmt::format("a checkpoint every {} transactions", shape_.checkpoint_every);
    return fmt::format("{} transactions of {} transfers, {} connection(s), {}{}", transactions(),
                       shape_.transfers, connections(), checkpoints,
                       shape_.spills ? ", cache_size=10 so that transactions spill" : "");
  }

  void run(const std::string& vfs, Recorder& recorder) override {
    std::vector<Connection> open_ones;
    for (std::size_t i = 0; i < connections(); ++i) open_ones.push_back(open(vfs));
    for (std::int64_t i = 0; i < transactions(); ++i) {
      Connection& connection = open_ones[static_cast<std::size_t>(i) % open_ones.size()];
      survive(connection, [&] {
        commit_one(connection, recorder);
        if (shape_.checkpoint_every > 0 && (i + 1) % shape_.checkpoint_every == 0) {
          static_cast<void>(connection.checkpoint(CheckpointMode::Passive));
        }
      });
    }
    recorder.stop();
  }

 private:
  [[nodiscard]] std::size_t connections() const { return is_exclusive() ? 1 : 2; }

  Shape shape_;
};

constexpr Shape kTransfers{
    .transactions = 60, .transfers = 1, .checkpoint_every = 10, .spills = false};
constexpr Shape kSpill{.transactions = 15, .transfers = 20, .checkpoint_every = 4, .spills = true};
constexpr Shape kSustained{
    .transactions = 2000, .transfers = 1, .checkpoint_every = 0, .spills = false};

}  // namespace

std::unique_ptr<Workload> make_transfers(const WorkloadOptions& options) {
  return std::make_unique<Transfers>(kTransfers, options);
}

std::unique_ptr<Workload> make_spill(const WorkloadOptions& options) {
  return std::make_unique<Transfers>(kSpill, options);
}

std::unique_ptr<Workload> make_sustained(const WorkloadOptions& options) {
  return std::make_unique<Transfers>(kSustained, options);
}

}  // namespace pragmark::crash

// VACUUM between transactions: the whole database is written anew, in one transaction of its own.
#include <fmt/format.h>

#include "crash/bank.h"

namespace pragmark::crash {
namespace {

constexpr std::int64_t kNumber = 24;
constexpr std::int64_t kVacuumEvery = 6;

class Vacuum final : public BankWorkload {
 public:
  explicit Vacuum(const WorkloadOptions& options)
      : BankWorkload(options, {.transactions = kNumber}) {}

  [[nodiscard]] std::string description() const override {
    return fmt::format("{} transactions, a VACUUM after every {}", transactions(), kVacuumEvery);
  }

  void run(const std::string& vfs, Recorder& recorder) override {
    Connection connection = open(vfs);
    for (std::int64_t i = 0; i < transactions(); ++i) {
      survive(connection, [&] { commit_one(connection, recorder); });
      if ((i + 1) % kVacuumEvery != 0) continue;
      survive(connection, [&] {
        connection.execute("VACUUM");
        static_cast<void>(connection.checkpoint(CheckpointMode::Passive));
      });
    }
    recorder.stop();
  }
};

}  // namespace

std::unique_ptr<Workload> make_vacuum(const WorkloadOptions& options) {
  return std::make_unique<Vacuum>(options);
}

}  // namespace pragmark::crash

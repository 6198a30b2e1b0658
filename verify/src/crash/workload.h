// What an application does while it is recorded, and how to tell from a database what of it is
// there. To add a workload, write its class and its line in the table of workload.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crash/operation_log.h"
#include "pragmark/connection.h"
#include "pragmark/pragma_set.h"
#include "pragmark/verify/crash.h"

namespace pragmark::crash {

struct WorkloadOptions {
  PragmaSet set;
  std::uint64_t seed = 1;
  int transactions = 0;            // 0 for the workload's own number
  bool acknowledge_early = false;  // before COMMIT
};

// Who acknowledges: a workload has one sequence of transactions, and may make copies of the
// database beside it.
inline constexpr std::uint16_t kTransactions = 0;
inline constexpr std::uint16_t kCopiesMade = 1;

// What is found in a database.
struct Inspection {
  std::string finding;         // what is not whole; empty when all is
  std::int64_t committed = 0;  // transactions, from the first without a gap
  std::int64_t copies = 0;     // whole ones beside it, from the first without a gap
};

// Owns:    its options.
// Threads: one at a time.
// Errors:  prepare() and run() throw Error.
class Workload {
 public:
  Workload() = default;
  virtual ~Workload() = default;
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;

  [[nodiscard]] virtual std::string description() const = 0;
  // Creates the database in the VFS and closes it.
  virtual void prepare(const std::string& vfs) = 0;
  // Works on it, acknowledges each transaction after its COMMIT has returned, and stops the
  // recorder before it closes anything. A transaction that fails is rolled back and tried again as
  // the next.
  virtual void run(const std::string& vfs, Recorder& recorder) = 0;
  // `vfs` is for what lies beside the database. Throws Error where SQLite finds damage.
  [[nodiscard]] virtual Inspection inspect(Connection& connection,
                                           const std::string& vfs) const = 0;
};

inline constexpr const char* kDatabase = "app.db";

// All of them; the store's once for each strategy: store-group-commit.
[[nodiscard]] std::vector<std::string> workload_names();
// Why the set cannot run it; empty when it can.
[[nodiscard]] std::string unfit_reason(std::string_view name, const PragmaSet& set);
// Also store-STRATEGY with options (store-single-writer+checkpoints=background). Throws Error (kind
// Usage) that lists the names.
[[nodiscard]] std::unique_ptr<Workload> make_workload(std::string_view name,
                                                      const WorkloadOptions& options);

// The factories.
[[nodiscard]] std::unique_ptr<Workload> make_transfers(const WorkloadOptions& options);
[[nodiscard]] std::unique_ptr<Workload> make_spill(const WorkloadOptions& options);
[[nodiscard]] std::unique_ptr<Workload> make_connections(const WorkloadOptions& options);
[[nodiscard]] std::unique_ptr<Workload> make_journal_modes(const WorkloadOptions& options);
[[nodiscard]] std::unique_ptr<Workload> make_vacuum(const WorkloadOptions& options);
[[nodiscard]] std::unique_ptr<Workload> make_backup(const WorkloadOptions& options);
[[nodiscard]] std::unique_ptr<Workload> make_store(const WorkloadOptions& options,
                                                   std::string_view strategy);
// Transfers for long enough that the set makes checkpoints by itself: for the exposure, not among
// the names.
[[nodiscard]] std::unique_ptr<Workload> make_sustained(const WorkloadOptions& options);

}  // namespace pragmark::crash

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
  std::string strategy;  // of the store
  std::uint64_t seed = 1;
  int transactions = 0;            // 0 for the workload's own number
  bool acknowledge_early = false;  // before COMMIT
};

// What is found in a database.
struct Inspection {
  std::string finding;         // what is not whole; empty when all is
  std::int64_t committed = 0;  // transactions, from the first without a gap
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
  // Throws Error where SQLite finds damage.
  [[nodiscard]] virtual Inspection inspect(Connection& connection) const = 0;
};

inline constexpr const char* kDatabase = "app.db";

[[nodiscard]] std::vector<std::string_view> workload_names();
// Throws Error (kind Usage) that lists the names.
[[nodiscard]] std::unique_ptr<Workload> make_workload(std::string_view name,
                                                      const WorkloadOptions& options);

// The factories, each in the file of its name.
[[nodiscard]] std::unique_ptr<Workload> make_transfers(const WorkloadOptions& options);
[[nodiscard]] std::unique_ptr<Workload> make_spill(const WorkloadOptions& options);
[[nodiscard]] std::unique_ptr<Workload> make_store(const WorkloadOptions& options);

}  // namespace pragmark::crash

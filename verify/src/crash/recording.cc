#include "crash/recording.h"

#include <sqlite3.h>

#include "crash/memory_vfs.h"
#include "crash/sabotage.h"
#include "pragmark/error.h"

namespace pragmark::crash {
namespace {

// Salts of the WAL and nonces of journals come from SQLite's own generator.
class SeededSqlite {
 public:
  explicit SeededSqlite(std::uint64_t seed) noexcept {
    constexpr std::uint64_t kLargest = 0x7fffffff;
    set(static_cast<int>(seed % kLargest) + 1);  // 0 would mean no seed
  }
  ~SeededSqlite() { set(0); }
  SeededSqlite(const SeededSqlite&) = delete;
  SeededSqlite& operator=(const SeededSqlite&) = delete;

 private:
  static void set(int seed) noexcept {
    sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, seed, static_cast<sqlite3*>(nullptr));
  }
};

}  // namespace

OperationLog record(Workload& workload, const CrashOptions& run,
                    std::optional<std::size_t> failing_sync) {
  const SeededSqlite seeded(run.seed);
  MemoryDisk disk(run.powersafe_overwrite);
  const MemoryVfs vfs(disk);
  workload.prepare(vfs.name());
  const std::unique_ptr<SabotagedVfs> layer = sabotage_vfs(run.sabotage, vfs.name());
  Recorder recorder(disk, {.limit_bytes = run.memory_limit_bytes, .failing_sync = failing_sync});
  try {
    workload.run(layer ? layer->vfs_name() : vfs.name(), recorder);
  } catch (const Error&) {
    // Says so when it was the recorder that was full. What is broken on purpose may be noticed by
    // the application: its recording ends there.
    OperationLog log = recorder.finish();
    if (run.sabotage == CrashSabotage::None) throw;
    return log;
  }
  return recorder.finish();
}

}  // namespace pragmark::crash

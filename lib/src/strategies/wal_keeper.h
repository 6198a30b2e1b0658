// The write side of a strategy's WAL: how its writers append to it, and who checkpoints it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "pragmark/coalescing_vfs.h"
#include "pragmark/strategy.h"

namespace pragmark::internal {

// With Checkpoints::Background the keeper has a thread and a connection. The set's
// wal_autocheckpoint keeps its meaning, the number of frames that makes a checkpoint due, but the
// keeper makes it and not the commit; the writers are opened, and proven, with 0.
//
// A checkpoint runs beside the writers. While they go on the WAL never becomes empty, and would
// grow for ever: when it is kRestartFactor times as long, they wait for the last part of it, a few
// hundred frames, and the WAL begins anew. A reader that stays on an old snapshot prevents that:
// the WAL grows until it ends (CheckpointerHealth::held_back counts it), and no writer waits for
// it.
//
// SQLite before 3.51.3 can corrupt a database when a writer begins the WAL anew just while a
// checkpoint starts (https://www.sqlite.org/wal.html#walresetbug). A writer can do so only when all
// frames are in the database, so the keeper starts a checkpoint only after frames were committed
// since the last one ended, and lets no other checkpoint of this process run meanwhile. Both need
// that the strategy has one writer. Nobody can answer for other processes.
//
// Owns:    its thread, its connection, the coalescing layer. Must outlive the writers it opened.
// Threads: open_writer() and alone() any; stop() and destruction one.
// Errors:  open_writer() throws Error. A failed checkpoint is no error of any commit, as in
// SQLite's
//          own way; health() tells.
class WalKeeper {
 public:
  // Runs what it is given while no operation of the strategy runs on a writer.
  using ExcludeWriters = std::function<void(FunctionRef<void()>)>;

  WalKeeper(Connector& connector, const StrategyOptions& options,
            ExcludeWriters exclude_writers = nullptr);
  ~WalKeeper() { stop(); }
  WalKeeper(const WalKeeper&) = delete;
  WalKeeper& operator=(const WalKeeper&) = delete;

  [[nodiscard]] Connection open_writer();
  // Runs `work`, which may checkpoint, while the keeper makes no checkpoint.
  // REQUIRES: the caller does not keep the writers from their turn.
  void alone(FunctionRef<void()> work);
  [[nodiscard]] std::optional<CheckpointerHealth> health();
  // Ends the thread. To be called while ExcludeWriters can still be.
  void stop() noexcept;

 private:
  static int after_commit(void* keeper, struct sqlite3* handle, const char* schema, int frames);
  void start();
  void run();
  void checkpoint(Connection& connection);
  [[nodiscard]] Connection open_checkpointer();

  Connector& connector_;
  const ExcludeWriters exclude_writers_;
  std::optional<CoalescingVfs> layer_;
  Database writers_database_;
  const int interval_frames_;  // 0: no background checkpoints

  std::atomic<int> frames_{0};  // in the WAL, after the last commit
  std::atomic<int> due_{0};     // a checkpoint is wanted when so many frames are there

  std::mutex checkpointing_;  // held before mutex_, and by alone()
  std::mutex mutex_;          // guards what follows
  std::condition_variable woken_;
  bool stopping_ = false;
  CheckpointerHealth health_;
  std::thread thread_;  // started by the first writer
};

}  // namespace pragmark::internal

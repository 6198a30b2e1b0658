// What a strategy with one writer does about the WAL besides writing to it: how the writer appends,
// who checkpoints, and which read slot is held for the readers.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "pragmark/coalescing_vfs.h"
#include "pragmark/strategy.h"

namespace pragmark::internal {

class PacedVfs;

// **Checkpoints.** With Checkpoints::Background the keeper makes them, on its own thread and
// connection. The set's wal_autocheckpoint keeps its meaning, the number of frames that makes a
// checkpoint due; the writers are opened, and proven, with 0.
//
// A checkpoint runs beside the writers. While they go on, the WAL never becomes empty and would
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
// **Read slots.** A read transaction takes a slot of the wal-index, by calls of fcntl() unless
// another connection of the process has the same slot. While there are reads and no writes, the
// keeper has it, in a read transaction that it begins anew every few milliseconds. A checkpoint or
// a write of this process ends it at once, one of another process at the next turn: SQLite then
// finds the slot taken for so long, and checkpoints with the next commit.
//
// Owns:    its thread, its connection, the coalescing layer. Must outlive the writers it opened.
// Threads: stop() and destruction one; the rest any.
// Errors:  open_writer() throws Error. A failed checkpoint is no error of any commit,
//          as in SQLite's own way; health() tells.
class WalKeeper {
 public:
  // Runs what it is given while no operation of the strategy runs on a writer.
  using ExcludeWriters = std::function<void(FunctionRef<void()>)>;

  WalKeeper(Connector& connector, const StrategyOptions& options,
            ExcludeWriters exclude_writers = nullptr);
  ~WalKeeper();
  WalKeeper(const WalKeeper&) = delete;
  WalKeeper& operator=(const WalKeeper&) = delete;

  [[nodiscard]] Connection open_writer();
  // To be called before each read; costs a look at a variable that seldom changes.
  void note_read() noexcept {
    if (!reads_seen_.load(std::memory_order_relaxed)) first_read_of_turn();
  }
  // To be called before each write, without the turn; as cheap. Waits while the WAL is too long.
  void note_write() {
    if (!writes_seen_.load(std::memory_order_relaxed)) first_write_of_turn();
    if (frames_.load(std::memory_order_relaxed) >= most_frames_) wait_for_checkpoint();
  }
  // Runs `work`, which may checkpoint, while the keeper neither checkpoints nor holds a slot.
  // REQUIRES: the caller does not keep the writers from their turn.
  void alone(FunctionRef<void()> work);
  [[nodiscard]] std::optional<CheckpointerHealth> health();
  // Ends the thread. To be called while ExcludeWriters can still be.
  void stop() noexcept;

 private:
  static int after_commit(void* keeper, struct sqlite3* handle, const char* schema, int frames);
  [[nodiscard]] bool checkpoint_is_due() const noexcept { return frames_ >= due_; }
  void first_read_of_turn() noexcept;
  void first_write_of_turn();
  void wait_for_checkpoint();
  void start();
  void run();
  void take_turn();
  void checkpoint();
  [[nodiscard]] CheckpointResult checkpoint_beside_writers();
  [[nodiscard]] int frames_after(int step) const noexcept;
  void hold_slot();
  void leave_slot() noexcept;
  [[nodiscard]] Connection& connection();

  Connector& connector_;
  const ExcludeWriters exclude_writers_;
  std::optional<CoalescingVfs> layer_;
  const bool wal_;             // the set asks for WAL mode
  const int interval_frames_;  // 0: no background checkpoints
  const int most_frames_;
  const Database writers_database_;

  std::atomic<int> frames_{0};  // in the WAL, after the last commit
  std::atomic<int> due_;        // a checkpoint is due when so many are there
  // Since the last turn; true for ever where no slot is held.
  std::atomic<bool> reads_seen_;
  std::atomic<bool> writes_seen_;
  std::atomic<bool> holds_slot_{false};  // slot_ has a value

  std::mutex checkpointing_;                // guards what follows, up to mutex_; held before mutex_
  const std::unique_ptr<PacedVfs> pacing_;  // under connection_
  std::optional<Connection> connection_;
  std::optional<ReadTransaction> slot_;  // of connection_
  unsigned data_version_ = 0;            // SQLite's, when a slot was last taken

  std::mutex mutex_;  // guards what follows
  std::condition_variable woken_;
  bool stopping_ = false;
  std::condition_variable tried_;  // a checkpoint was made, or could not be
  bool hindered_ = false;          // the last one could not be
  bool watching_ = false;  // turns follow each other; otherwise a read or a checkpoint must wake it
  CheckpointerHealth health_;
  std::thread thread_;  // started when it is first needed
};

}  // namespace pragmark::internal

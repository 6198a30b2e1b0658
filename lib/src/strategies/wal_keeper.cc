#include "wal_keeper.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>

#include <sqlite3.h>

#include "pragmark/error.h"

namespace pragmark::internal {
namespace {

// How many intervals long the WAL may become before writers wait for it to be begun anew. Each
// restart costs them a few syncs of little data.
constexpr int kRestartFactor = 4;
// After a reader held a checkpoint back, the next try comes after this part of an interval.
constexpr int kRetryDivisor = 4;
constexpr int kNotDue = std::numeric_limits<int>::max();

// How long a restart may wait for readers that are about to end, while writers wait for it.
// SQLite's own busy handler would sleep for milliseconds at once.
constexpr std::chrono::microseconds kReaderWait{50};
constexpr int kReaderWaits = 40;

int wait_for_readers(void* /*unused*/, int waits) {
  if (waits >= kReaderWaits) return 0;
  std::this_thread::sleep_for(kReaderWait);
  return 1;
}

int interval_of(const Database& database, const StrategyOptions& options) {
  if (options.checkpoints != Checkpoints::Background) return 0;
  if (database.set.value("journal_mode") != "WAL") return 0;
  const std::string_view text = database.set.value("wal_autocheckpoint");
  int frames = 0;
  std::from_chars(text.data(), text.data() + text.size(), frames);
  return std::min(frames, kNotDue / (2 * kRestartFactor));
}

Database writers_database(const Database& database, int interval_frames, const std::string& vfs) {
  Database writers = database;
  if (interval_frames > 0) writers.set = database.set.with("wal_autocheckpoint", "0");
  if (!vfs.empty()) writers.vfs = vfs;
  return writers;
}

}  // namespace

WalKeeper::WalKeeper(Connector& connector, const StrategyOptions& options,
                     ExcludeWriters exclude_writers)
    : connector_(connector),
      exclude_writers_(std::move(exclude_writers)),
      writers_database_(connector.database()),
      interval_frames_(interval_of(connector.database(), options)) {
  if (options.wal_writes == WalWrites::Coalesced) layer_.emplace(connector.database().vfs);
  writers_database_ = writers_database(connector.database(), interval_frames_,
                                       layer_ ? layer_->name() : std::string());
  due_ = interval_frames_;
}

Connection WalKeeper::open_writer() {
  Connection writer = connector_.open(ConnectionKind::ReadWrite, writers_database_);
  if (interval_frames_ == 0) return writer;
  start();
  // After the proof: SQLite implements wal_autocheckpoint by this very hook, and reads it back as 0
  // when there is another, which is what the set of the writers says.
  sqlite3_wal_hook(writer.handle(), after_commit, this);
  return writer;
}

// Called by SQLite inside COMMIT, on the writer's thread.
int WalKeeper::after_commit(void* keeper, sqlite3* /*handle*/, const char* /*schema*/, int frames) {
  auto& self = *static_cast<WalKeeper*>(keeper);
  self.frames_ = frames;
  if (frames >= self.due_) {
    const std::lock_guard lock(self.mutex_);
    self.woken_.notify_one();
  }
  return SQLITE_OK;
}

void WalKeeper::start() {
  const std::lock_guard lock(mutex_);
  if (thread_.joinable() || stopping_) return;
  thread_ = std::thread([this] { run(); });
}

void WalKeeper::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    woken_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

std::optional<CheckpointerHealth> WalKeeper::health() {
  if (interval_frames_ == 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return health_;
}

void WalKeeper::alone(FunctionRef<void()> work) {
  const std::lock_guard checkpoints(checkpointing_);
  work();
  // It may have checkpointed everything: the next checkpoint must see a commit before it starts.
  frames_ = 0;
}

Connection WalKeeper::open_checkpointer() {
  Connection connection = connector_.open(ConnectionKind::ReadWrite);
  sqlite3_wal_hook(connection.handle(), nullptr, nullptr);
  sqlite3_busy_handler(connection.handle(), wait_for_readers, nullptr);
  return connection;
}

void WalKeeper::run() {
  std::optional<Connection> connection;
  const auto due = [&] { return frames_ >= due_; };
  std::unique_lock lock(mutex_);
  while (true) {
    woken_.wait(lock, [&] { return stopping_ || due(); });
    if (stopping_) return;
    lock.unlock();
    try {
      const std::lock_guard checkpoints(checkpointing_);
      if (due()) {
        if (!connection) connection = open_checkpointer();
        checkpoint(*connection);
      }
      lock.lock();
    } catch (const Error& error) {
      lock.lock();
      ++health_.failed;
      health_.last_error = error.what();
      due_ = frames_ + interval_frames_;
    }
  }
}

// REQUIRES: frames were committed since the last checkpoint ended; checkpointing_ is held.
void WalKeeper::checkpoint(Connection& connection) {
  due_ = kNotDue;
  const CheckpointResult beside = connection.checkpoint(CheckpointMode::Passive);
  if (beside.busy || beside.frames_checkpointed < beside.frames_in_wal) {
    const std::lock_guard lock(mutex_);
    ++health_.held_back;
    due_ = frames_ + std::max(1, interval_frames_ / kRetryDivisor);
    return;
  }
  bool restarted = false;
  if (beside.frames_in_wal >= std::int64_t{kRestartFactor} * interval_frames_) {
    exclude_writers_([&] {
      restarted = !connection.checkpoint(CheckpointMode::Restart).busy;
      if (restarted) frames_ = 0;
    });
  }
  const std::lock_guard lock(mutex_);
  ++health_.checkpoints;
  if (restarted) ++health_.restarts;
  due_ = restarted ? interval_frames_ : frames_ + interval_frames_;
}

}  // namespace pragmark::internal

#include "wal_keeper.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <utility>

#include <sqlite3.h>

#include "paced_vfs.h"
#include "pragmark/error.h"
#include "start_thread.h"

namespace pragmark::internal {
namespace {

// How many intervals long the WAL may become before writers wait for it to be begun anew. Each
// restart costs them a few syncs of little data.
constexpr int kRestartFactor = 2;
constexpr int kMostFactor = 4;
// After a reader held a checkpoint back, the next try comes after this part of an interval.
constexpr int kRetryDivisor = 4;
constexpr int kBusyTries = 5;
constexpr int kNotDue = std::numeric_limits<int>::max();

// How long a turn is: a held slot hinders the checkpoints of other processes for so long at most.
constexpr std::chrono::milliseconds kTurn{10};

// How long a restart may wait for readers that are about to end, while writers wait for it.
// SQLite's own busy handler would sleep for milliseconds at once.
constexpr std::chrono::microseconds kReaderWait{50};
constexpr int kReaderWaits = 40;

int wait_for_readers(void* /*unused*/, int waits) {
  if (waits >= kReaderWaits) return 0;
  std::this_thread::sleep_for(kReaderWait);
  return 1;
}

bool is_wal(const Database& database) { return database.set.value("journal_mode") == "WAL"; }

int interval_of(const Database& database, const StrategyOptions& options) {
  if (options.checkpoints != Checkpoints::Background || !is_wal(database)) return 0;
  const std::string_view text = database.set.value("wal_autocheckpoint");
  int frames = 0;
  std::from_chars(text.data(), text.data() + text.size(), frames);
  return std::min(frames, kNotDue / (2 * kMostFactor));
}

std::optional<CoalescingVfs> layer_over(const Database& database, const StrategyOptions& options) {
  if (options.wal_writes == WalWrites::Direct) return std::nullopt;
  return std::optional<CoalescingVfs>(std::in_place, database.vfs);
}

Database writers_database(const Database& database, int interval_frames,
                          const std::optional<CoalescingVfs>& layer) {
  Database writers = database;
  if (interval_frames > 0) writers.set = database.set.with("wal_autocheckpoint", "0");
  if (layer) writers.vfs = layer->name();
  return writers;
}

}  // namespace

WalKeeper::WalKeeper(Connector& connector, const StrategyOptions& options,
                     ExcludeWriters exclude_writers)
    : connector_(connector),
      exclude_writers_(std::move(exclude_writers)),
      layer_(layer_over(connector.database(), options)),
      wal_(is_wal(connector.database())),
      interval_frames_(interval_of(connector.database(), options)),
      most_frames_(interval_frames_ > 0 ? kMostFactor * interval_frames_ : kNotDue),
      writers_database_(writers_database(connector.database(), interval_frames_, layer_)),
      due_(interval_frames_ > 0 ? interval_frames_ : kNotDue),
      reads_seen_(!wal_),
      writes_seen_(!wal_),
      pacing_(std::make_unique<PacedVfs>(connector.database().vfs)) {}

WalKeeper::~WalKeeper() { stop(); }

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
  // Begun anew, perhaps by another process: what was due at the end of a long WAL is due earlier,
  // and whatever hindered the last checkpoint is over.
  if (frames < self.frames_.exchange(frames)) {
    const std::lock_guard lock(self.mutex_);
    self.due_ = self.interval_frames_;
    self.hindered_ = false;
  }
  if (self.checkpoint_is_due()) {
    const std::lock_guard lock(self.mutex_);
    self.woken_.notify_one();
  }
  return SQLITE_OK;
}

void WalKeeper::start() {
  const std::lock_guard lock(mutex_);
  if (thread_.joinable() || stopping_) return;
  thread_ = start_thread("checkpointing thread", connector_.database().path, [this] { run(); });
}

void WalKeeper::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    woken_.notify_one();
    tried_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

std::optional<CheckpointerHealth> WalKeeper::health() {
  if (interval_frames_ == 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return health_;
}

void WalKeeper::first_read_of_turn() noexcept {
  reads_seen_.store(true, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    if (watching_ || stopping_) return;
    watching_ = true;
    woken_.notify_one();
    if (thread_.joinable()) return;
  }
  try {
    start();
  } catch (const Error&) {
    // No thread can be had: the reads go on without a held slot.
  }
}

void WalKeeper::first_write_of_turn() {
  writes_seen_.store(true, std::memory_order_relaxed);
  if (!holds_slot_) return;  // also while a checkpoint runs, for which no write may wait
  const std::lock_guard checkpoints(checkpointing_);
  leave_slot();
}

void WalKeeper::wait_for_checkpoint() {
  std::unique_lock lock(mutex_);
  tried_.wait(lock, [&] { return frames_ < most_frames_ || hindered_ || stopping_; });
}

void WalKeeper::alone(FunctionRef<void()> work) {
  const std::lock_guard checkpoints(checkpointing_);
  leave_slot();
  work();
  // It may have checkpointed everything: the next checkpoint must see a commit before it starts.
  frames_ = 0;
  if (interval_frames_ > 0) due_ = interval_frames_;
  const std::lock_guard lock(mutex_);
  tried_.notify_all();
}

void WalKeeper::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto wanted = [&] { return stopping_ || checkpoint_is_due(); };
    if (watching_) {
      woken_.wait_for(lock, kTurn, wanted);
    } else {
      woken_.wait(lock, [&] { return wanted() || watching_; });
    }
    if (stopping_) break;
    lock.unlock();  // checkpointing_ comes first
    try {
      const std::lock_guard checkpoints(checkpointing_);
      take_turn();
      lock.lock();
    } catch (const std::exception& error) {
      lock.lock();
      ++health_.failed;
      health_.last_error = error.what();
      if (interval_frames_ > 0) due_ = frames_after(interval_frames_);
      hindered_ = true;
      tried_.notify_all();
    }
  }
  lock.unlock();
  const std::lock_guard checkpoints(checkpointing_);
  leave_slot();
  connection_.reset();
}

// REQUIRES of all that follow: checkpointing_ is held.
void WalKeeper::take_turn() {
  leave_slot();
  if (checkpoint_is_due()) {
    checkpoint();
    return;
  }
  const bool reads = reads_seen_.exchange(!wal_);
  const bool writes = writes_seen_.exchange(!wal_);
  {
    const std::lock_guard lock(mutex_);
    watching_ = reads;
  }
  if (!reads || writes) return;
  try {
    hold_slot();
  } catch (const Error&) {
    leave_slot();  // the reads go on without it; the next turn tries again
  }
}

Connection& WalKeeper::connection() {
  if (!connection_) {
    Database paced = connector_.database();
    paced.vfs = pacing_->name();
    connection_ = connector_.open(ConnectionKind::ReadWrite, paced);
    sqlite3_wal_hook(connection_->handle(), nullptr, nullptr);
    sqlite3_busy_handler(connection_->handle(), wait_for_readers, nullptr);
  }
  return *connection_;
}

// Keeps the slot unless something was committed since it last had one.
void WalKeeper::hold_slot() {
  Connection& reader = connection();
  slot_.emplace(reader);
  reader.execute("SELECT 1 FROM sqlite_schema LIMIT 1");  // BEGIN alone takes no slot
  unsigned version = 0;
  sqlite3_file_control(reader.handle(), "main", SQLITE_FCNTL_DATA_VERSION, &version);
  holds_slot_ = true;
  if (std::exchange(data_version_, version) != version) leave_slot();
}

void WalKeeper::leave_slot() noexcept {
  slot_.reset();
  holds_slot_ = false;
}

// When so many more frames are there, and before writers stop for want of a checkpoint.
int WalKeeper::frames_after(int step) const noexcept {
  const int now = frames_;
  return now < most_frames_ ? std::min(now + step, most_frames_) : now + step;
}

// Who looks at the wal-index just while a commit is written to it is told that it is busy, too.
CheckpointResult WalKeeper::checkpoint_beside_writers() {
  for (int tries = kBusyTries;; --tries) {
    const CheckpointResult result = connection().checkpoint(CheckpointMode::Passive);
    if (!result.busy || tries == 0) return result;
  }
}

// REQUIRES: frames were committed since the last checkpoint ended.
void WalKeeper::checkpoint() {
  due_ = kNotDue;
  const CheckpointResult beside = checkpoint_beside_writers();
  // Transactions that are just ending, the writer's own too, hold a few of the last frames back.
  bool held_back =
      beside.busy || beside.frames_in_wal - beside.frames_checkpointed > interval_frames_;
  bool restarted = false;
  const bool long_enough = beside.frames_in_wal >= std::int64_t{kRestartFactor} * interval_frames_;
  if (!held_back && (long_enough || frames_ >= most_frames_)) {
    exclude_writers_([&] {
      restarted = !connection().checkpoint(CheckpointMode::Restart).busy;
      if (restarted) frames_ = 0;
    });
    held_back = !restarted;
  }
  const std::lock_guard lock(mutex_);
  ++(held_back ? health_.held_back : health_.checkpoints);
  if (restarted) ++health_.restarts;
  // Due at once when writers have come to the limit meanwhile: unless one was held back, they wait.
  due_ = held_back ? frames_after(std::max(1, interval_frames_ / kRetryDivisor))
                   : std::min(frames_ + interval_frames_, most_frames_);
  hindered_ = held_back;
  tried_.notify_all();
}

}  // namespace pragmark::internal

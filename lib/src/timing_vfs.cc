// The timing VFS. What it does not time passes through by vfs_layer.h.
//
// A checkpoint (walCheckpoint() in SQLite's wal.c) syncs the WAL, sends SQLITE_FCNTL_CKPT_START,
// copies pages, sends SQLITE_FCNTL_CKPT_DONE, and, when it copied all there is, syncs the database.
// So it begins with the sync of the WAL that the same thread made last, if nothing was written to
// a WAL since, and ends with the sync of the database that follows, or where a lock is given up.
#include "pragmark/timing_vfs.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>

#include <sqlite3.h>

#include "vfs_layer.h"

namespace pragmark {
namespace {

using internal::ForwardingFile;
using internal::OpenedFile;
using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::nanoseconds;

// Of this thread, with nothing written to a WAL since.
thread_local std::optional<Clock::time_point> last_wal_sync;

class TimedFile;

bool shorter(const CheckpointSpan& one, const CheckpointSpan& other) noexcept {
  return one.took > other.took;  // a heap with the shortest on top
}

void add(std::atomic<std::int64_t>& sum, Nanoseconds time) noexcept {
  sum.fetch_add(time.count(), std::memory_order_relaxed);
}

Nanoseconds read(const std::atomic<std::int64_t>& sum) noexcept {
  return Nanoseconds(sum.load(std::memory_order_relaxed));
}

}  // namespace

class TimingVfs::Layer : public internal::VfsLayer<TimingVfs::Layer, TimedFile> {
 public:
  explicit Layer(const Options& options)
      : VfsLayer(options.below, internal::unique_vfs_name("timing")),
        now(options.now),
        delay(options.sleep),
        sync_delay(options.sync_delay) {
    longest.reserve(kMostCheckpoints);
  }

  int sleep(int microseconds) {
    const Clock::time_point begin = now();
    const int slept = VfsLayer::sleep(microseconds);
    add(lock_wait_ns, now() - begin);
    lock_waits.fetch_add(1, std::memory_order_relaxed);
    return slept;
  }

  void add_checkpoint(const CheckpointSpan& span) {
    const std::lock_guard lock(mutex);
    if (longest.size() == kMostCheckpoints) {
      if (span.took <= longest.front().took) return;
      std::ranges::pop_heap(longest, shorter);
      longest.pop_back();
    }
    longest.push_back(span);
    std::ranges::push_heap(longest, shorter);
  }

  const std::function<Clock::time_point()> now;
  const std::function<void(std::chrono::microseconds)> delay;
  const std::chrono::microseconds sync_delay;
  std::atomic<std::int64_t> wal_sync_ns{0};
  std::atomic<std::int64_t> main_sync_ns{0};
  std::atomic<std::int64_t> other_sync_ns{0};
  std::atomic<std::int64_t> lock_wait_ns{0};
  std::atomic<std::uint64_t> lock_waits{0};
  std::atomic<std::uint64_t> sync_delays{0};
  mutable std::mutex mutex;
  std::vector<CheckpointSpan> longest;  // guarded by mutex
};

namespace {

class TimedFile : public ForwardingFile {
 public:
  TimedFile(TimingVfs::Layer& layer, const OpenedFile& opened)
      : ForwardingFile(opened.real), layer_(layer), flags_(opened.flags) {}

  int close() {
    end_checkpoint();
    return ForwardingFile::close();
  }

  int write(const void* from, int bytes, sqlite3_int64 offset) {
    if (is_wal()) last_wal_sync.reset();
    return ForwardingFile::write(from, bytes, offset);
  }

  int sync(int flags) {
    const Clock::time_point begin = layer_.now();
    const int code = ForwardingFile::sync(flags);
    if (layer_.sync_delay.count() > 0) {
      layer_.delay(layer_.sync_delay);
      layer_.sync_delays.fetch_add(1, std::memory_order_relaxed);
    }
    const Clock::time_point end = layer_.now();
    add(sum_of_syncs(), end - begin);
    if (is_wal()) last_wal_sync = begin;
    if (done_) {
      done_ = end;
      end_checkpoint();
    }
    return code;
  }

  int file_control(int operation, void* argument) {
    if (operation == SQLITE_FCNTL_CKPT_START) {
      end_checkpoint();
      begin_ = last_wal_sync.value_or(layer_.now());
      last_wal_sync.reset();
    } else if (operation == SQLITE_FCNTL_CKPT_DONE && begin_) {
      done_ = layer_.now();
    }
    return ForwardingFile::file_control(operation, argument);
  }

  int shm_lock(int first, int count, int flags) {
    end_checkpoint();
    return ForwardingFile::shm_lock(first, count, flags);
  }

 private:
  [[nodiscard]] bool is_wal() const noexcept { return (flags_ & SQLITE_OPEN_WAL) != 0; }
  [[nodiscard]] std::atomic<std::int64_t>& sum_of_syncs() noexcept {
    if (is_wal()) return layer_.wal_sync_ns;
    return (flags_ & SQLITE_OPEN_MAIN_DB) != 0 ? layer_.main_sync_ns : layer_.other_sync_ns;
  }
  void end_checkpoint() {
    if (begin_ && done_) layer_.add_checkpoint({.begin = *begin_, .took = *done_ - *begin_});
    if (done_) begin_.reset();
    done_.reset();
  }

  TimingVfs::Layer& layer_;
  const int flags_;
  std::optional<Clock::time_point> begin_;  // of the checkpoint that runs
  std::optional<Clock::time_point> done_;   // its pages are copied
};

}  // namespace

TimingCounts TimingCounts::operator-(const TimingCounts& earlier) const noexcept {
  return {.wal_sync_time = wal_sync_time - earlier.wal_sync_time,
          .main_sync_time = main_sync_time - earlier.main_sync_time,
          .other_sync_time = other_sync_time - earlier.other_sync_time,
          .lock_wait_time = lock_wait_time - earlier.lock_wait_time,
          .lock_waits = lock_waits - earlier.lock_waits,
          .sync_delays = sync_delays - earlier.sync_delays};
}

TimingVfs::TimingVfs(const Options& options) : layer_(std::make_unique<Layer>(options)) {}
TimingVfs::~TimingVfs() = default;

const std::string& TimingVfs::name() const noexcept { return layer_->name(); }

TimingCounts TimingVfs::counts() const noexcept {
  return {.wal_sync_time = read(layer_->wal_sync_ns),
          .main_sync_time = read(layer_->main_sync_ns),
          .other_sync_time = read(layer_->other_sync_ns),
          .lock_wait_time = read(layer_->lock_wait_ns),
          .lock_waits = layer_->lock_waits.load(std::memory_order_relaxed),
          .sync_delays = layer_->sync_delays.load(std::memory_order_relaxed)};
}

std::vector<CheckpointSpan> TimingVfs::longest_checkpoints() const {
  std::vector<CheckpointSpan> spans;
  {
    const std::lock_guard lock(layer_->mutex);
    spans = layer_->longest;
  }
  std::ranges::sort(spans, {}, &CheckpointSpan::begin);
  return spans;
}

}  // namespace pragmark

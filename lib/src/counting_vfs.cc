// The counting VFS. What it does not count passes through by vfs_layer.h.
//
// Invariants:
// 1. One connection uses a file at a time, so its counters have one writer at a time: a relaxed
//    load and store is enough, and no cache line is shared between connections.
// 2. A file's counters live in State until it closes, when they are added to the totals.
#include "pragmark/counting_vfs.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include <sqlite3.h>

#include "vfs_layer.h"

namespace pragmark {
namespace {

using internal::ForwardingFile;
using internal::OpenedFile;

constexpr std::size_t kCacheLine = 64;  // bytes

struct Counter {
  std::atomic<std::uint64_t> value{0};
  void add(std::uint64_t amount) noexcept {
    value.store(value.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t get() const noexcept { return value.load(std::memory_order_relaxed); }
};

struct alignas(kCacheLine) FileCounters {
  explicit FileCounters(FileRole its_role) : role(its_role) {}
  FileRole role;
  Counter reads, read_bytes, writes, written_bytes, syncs, truncates, mapped_reads;
  Counter checkpoints;
  Counter full_syncs;
  Counter furthest_write;  // bytes
};

FileRole role_of(int open_flags) noexcept {
  if ((open_flags & SQLITE_OPEN_MAIN_DB) != 0) return FileRole::Main;
  if ((open_flags & SQLITE_OPEN_WAL) != 0) return FileRole::Wal;
  if ((open_flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL)) != 0) {
    return FileRole::Journal;
  }
  constexpr int kTemp = SQLITE_OPEN_TEMP_DB | SQLITE_OPEN_TRANSIENT_DB | SQLITE_OPEN_TEMP_JOURNAL |
                        SQLITE_OPEN_SUBJOURNAL;
  return (open_flags & kTemp) != 0 ? FileRole::Temp : FileRole::Other;
}

FileRole role_of(std::string_view path) noexcept {
  if (path.ends_with("-wal")) return FileRole::Wal;
  if (path.ends_with("-journal")) return FileRole::Journal;
  return FileRole::Other;
}

class CountedFile;

}  // namespace

class CountingVfs::State : public internal::VfsLayer<CountingVfs::State, CountedFile> {
 public:
  State() : VfsLayer("", internal::unique_vfs_name("counting")) {}

  [[nodiscard]] bool fails(FailingCall call) noexcept {
    if (!failing.load(std::memory_order_relaxed)) return false;
    const FailingCall wanted = failing_call.load(std::memory_order_relaxed);
    if (wanted != FailingCall::Any && wanted != call) return false;
    return passes.fetch_sub(1, std::memory_order_relaxed) <= 0;
  }

  void open(FileRole role) noexcept {
    opens[static_cast<std::size_t>(role)].fetch_add(1, std::memory_order_relaxed);
  }

  [[nodiscard]] FileCounters* new_file(FileRole role) {
    const std::lock_guard lock(mutex);
    auto counters = std::make_unique<FileCounters>(role);
    FileCounters* file = counters.get();
    files.emplace(file, std::move(counters));
    open(role);
    return file;
  }

  void close_file(FileCounters* file) noexcept {
    const std::lock_guard lock(mutex);
    add(*file, closed);
    files.erase(file);
  }

  static void add(const FileCounters& file, IoCounts& counts) noexcept {
    FileCounts& role = counts.files[static_cast<std::size_t>(file.role)];
    role.reads += file.reads.get();
    role.read_bytes += file.read_bytes.get();
    role.writes += file.writes.get();
    role.written_bytes += file.written_bytes.get();
    role.syncs += file.syncs.get();
    role.truncates += file.truncates.get();
    role.mapped_reads += file.mapped_reads.get();
    counts.checkpoints += file.checkpoints.get();
    counts.full_syncs += file.full_syncs.get();
    if (file.role == FileRole::Wal) {
      counts.wal_bytes_max = std::max(counts.wal_bytes_max, file.furthest_write.get());
    }
  }

  int remove(const char* path, int sync_directory) {
    if (fails(FailingCall::Any)) return SQLITE_IOERR_DELETE;
    const int code = VfsLayer::remove(path, sync_directory);
    if (code == SQLITE_OK) {
      deletes[static_cast<std::size_t>(role_of(path))].fetch_add(1, std::memory_order_relaxed);
      if (sync_directory != 0) directory_syncs.fetch_add(1, std::memory_order_relaxed);
    }
    return code;
  }

  std::mutex mutex;  // guards `files` and `closed`
  std::unordered_map<FileCounters*, std::unique_ptr<FileCounters>> files;
  IoCounts closed;  // sums of the files that were closed

  std::array<std::atomic<std::uint64_t>, kFileRoles> opens{};
  std::array<std::atomic<std::uint64_t>, kFileRoles> deletes{};
  std::atomic<std::uint64_t> directory_syncs{0};

  std::atomic<bool> failing{false};
  std::atomic<FailingCall> failing_call{FailingCall::Any};
  std::atomic<std::int64_t> passes{0};
};

namespace {

class CountedFile : public ForwardingFile {
 public:
  CountedFile(CountingVfs::State& state, const OpenedFile& opened)
      : ForwardingFile(opened.real),
        state_(state),
        counters_(*state.new_file(role_of(opened.flags))) {}

  int close() {
    const int code = ForwardingFile::close();
    state_.close_file(&counters_);
    return code;
  }

  int read(void* into, int bytes, sqlite3_int64 offset) {
    counters_.reads.add(1);
    counters_.read_bytes.add(static_cast<std::uint64_t>(bytes));
    return ForwardingFile::read(into, bytes, offset);
  }

  int write(const void* from, int bytes, sqlite3_int64 offset) {
    if (state_.fails(FailingCall::Write)) return SQLITE_FULL;
    counters_.writes.add(1);
    counters_.written_bytes.add(static_cast<std::uint64_t>(bytes));
    const auto end = static_cast<std::uint64_t>(offset + bytes);
    if (end > counters_.furthest_write.get()) {
      counters_.furthest_write.value.store(end, std::memory_order_relaxed);
    }
    return ForwardingFile::write(from, bytes, offset);
  }

  int truncate(sqlite3_int64 bytes) {
    if (state_.fails(FailingCall::Any)) return SQLITE_IOERR_TRUNCATE;
    counters_.truncates.add(1);
    return ForwardingFile::truncate(bytes);
  }

  int sync(int flags) {
    if (state_.fails(FailingCall::Sync)) return SQLITE_IOERR_FSYNC;
    counters_.syncs.add(1);
    constexpr int kKind = 0xf;  // the other bits say what is synced
    if ((flags & kKind) == SQLITE_SYNC_FULL) counters_.full_syncs.add(1);
    return ForwardingFile::sync(flags);
  }

  int file_control(int operation, void* argument) {
    // SQLite sends it at the end of a checkpoint that had frames to copy.
    if (operation == SQLITE_FCNTL_CKPT_DONE) counters_.checkpoints.add(1);
    return ForwardingFile::file_control(operation, argument);
  }

  int fetch(sqlite3_int64 offset, int bytes, void** page) {
    const int code = ForwardingFile::fetch(offset, bytes, page);
    if (code == SQLITE_OK && *page != nullptr) counters_.mapped_reads.add(1);
    return code;
  }

 private:
  CountingVfs::State& state_;
  FileCounters& counters_;
};

}  // namespace

std::uint64_t IoCounts::syncs() const {
  std::uint64_t sum = 0;
  for (const FileCounts& file : files) sum += file.syncs;
  return sum;
}

IoCounts IoCounts::operator-(const IoCounts& earlier) const {
  IoCounts difference = *this;
  for (std::size_t i = 0; i < kFileRoles; ++i) {
    FileCounts& mine = difference.files[i];
    const FileCounts& other = earlier.files[i];
    mine.opens -= other.opens;
    mine.reads -= other.reads;
    mine.read_bytes -= other.read_bytes;
    mine.writes -= other.writes;
    mine.written_bytes -= other.written_bytes;
    mine.syncs -= other.syncs;
    mine.truncates -= other.truncates;
    mine.deletes -= other.deletes;
    mine.mapped_reads -= other.mapped_reads;
  }
  difference.checkpoints -= earlier.checkpoints;
  difference.full_syncs -= earlier.full_syncs;
  difference.directory_syncs -= earlier.directory_syncs;
  return difference;
}

CountingVfs::CountingVfs() : state_(std::make_unique<State>()) {}

CountingVfs::~CountingVfs() = default;

const std::string& CountingVfs::name() const noexcept { return state_->name(); }

IoCounts CountingVfs::counts() const {
  const std::lock_guard lock(state_->mutex);
  IoCounts counts = state_->closed;
  for (const auto& [key, file] : state_->files) State::add(*file, counts);
  for (std::size_t i = 0; i < kFileRoles; ++i) {
    counts.files[i].opens = state_->opens[i].load(std::memory_order_relaxed);
    counts.files[i].deletes = state_->deletes[i].load(std::memory_order_relaxed);
  }
  counts.directory_syncs = state_->directory_syncs.load(std::memory_order_relaxed);
  return counts;
}

void CountingVfs::fail_after(std::uint64_t calls, FailingCall which) {
  state_->passes.store(static_cast<std::int64_t>(calls));
  state_->failing_call.store(which);
  state_->failing.store(true);
}

void CountingVfs::stop_failing() noexcept { state_->failing.store(false); }

}  // namespace pragmark

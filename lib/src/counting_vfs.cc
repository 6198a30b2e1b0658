// The counting VFS: a shim in front of SQLite's default VFS. Over 300 lines, since SQLite's file
// interface has that many methods and they belong together.
//
// Layout: SQLite allocates szOsFile bytes for each file; a CountedFile sits in front and the real
// file right behind it. Every method forwards to the real file.
//
// Invariants:
// 1. One connection uses a file at a time, so its counters have one writer at a time: a relaxed
//    load and store is enough, and no cache line is shared between connections.
// 2. A file's counters live in State until it closes, when they are added to the totals.
// 3. The method table has the version of the real file's, so that SQLite sees the same abilities.
#include "pragmark/counting_vfs.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <unordered_map>
#include <vector>

#include <sqlite3.h>

#include "pragmark/error.h"

namespace pragmark {
namespace {

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

}  // namespace

class CountingVfs::State {
 public:
  State() {
    real = sqlite3_vfs_find(nullptr);
    if (real == nullptr) throw Error::environment("find", "SQLite has no default VFS", "the VFS");
    static std::atomic<unsigned> last_number{0};
    name = "pragmark-counting-" + std::to_string(++last_number);
  }

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
    if (file.role == FileRole::Wal) {
      counts.wal_bytes_max = std::max(counts.wal_bytes_max, file.furthest_write.get());
    }
  }

  sqlite3_vfs* real = nullptr;
  sqlite3_vfs vfs{};
  std::string name;

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

struct CountedFile {
  sqlite3_file base;  // first: SQLite sees a sqlite3_file
  CountingVfs::State* state;
  FileCounters* counters;

  [[nodiscard]] sqlite3_file* real() noexcept {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(this) + sizeof(CountedFile));
  }
};
static_assert(sizeof(CountedFile) % 8 == 0, "the real file behind it must stay aligned");

CountedFile& counted(sqlite3_file* file) noexcept { return *reinterpret_cast<CountedFile*>(file); }
const sqlite3_io_methods& real_methods(sqlite3_file* file) noexcept {
  return *counted(file).real()->pMethods;
}

int close(sqlite3_file* file) {
  const int code = real_methods(file).xClose(counted(file).real());
  counted(file).state->close_file(counted(file).counters);
  return code;
}

int read(sqlite3_file* file, void* buffer, int bytes, sqlite3_int64 offset) {
  CountedFile& self = counted(file);
  self.counters->reads.add(1);
  self.counters->read_bytes.add(static_cast<std::uint64_t>(bytes));
  return real_methods(file).xRead(self.real(), buffer, bytes, offset);
}

int write(sqlite3_file* file, const void* buffer, int bytes, sqlite3_int64 offset) {
  CountedFile& self = counted(file);
  if (self.state->fails(FailingCall::Write)) return SQLITE_FULL;
  self.counters->writes.add(1);
  self.counters->written_bytes.add(static_cast<std::uint64_t>(bytes));
  const auto end = static_cast<std::uint64_t>(offset + bytes);
  if (end > self.counters->furthest_write.get()) {
    self.counters->furthest_write.value.store(end, std::memory_order_relaxed);
  }
  return real_methods(file).xWrite(self.real(), buffer, bytes, offset);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (counted(file).state->fails(FailingCall::Any)) return SQLITE_IOERR_TRUNCATE;
  counted(file).counters->truncates.add(1);
  return real_methods(file).xTruncate(counted(file).real(), size);
}

int sync(sqlite3_file* file, int flags) {
  if (counted(file).state->fails(FailingCall::Sync)) return SQLITE_IOERR_FSYNC;
  counted(file).counters->syncs.add(1);
  return real_methods(file).xSync(counted(file).real(), flags);
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real_methods(file).xFileSize(counted(file).real(), size);
}
int lock(sqlite3_file* file, int level) {
  return real_methods(file).xLock(counted(file).real(), level);
}
int unlock(sqlite3_file* file, int level) {
  return real_methods(file).xUnlock(counted(file).real(), level);
}
int check_reserved_lock(sqlite3_file* file, int* held) {
  return real_methods(file).xCheckReservedLock(counted(file).real(), held);
}

int file_control(sqlite3_file* file, int operation, void* argument) {
  // SQLite sends it at the end of a checkpoint that had frames to copy.
  if (operation == SQLITE_FCNTL_CKPT_DONE) counted(file).counters->checkpoints.add(1);
  return real_methods(file).xFileControl(counted(file).real(), operation, argument);
}

int sector_size(sqlite3_file* file) { return real_methods(file).xSectorSize(counted(file).real()); }
int device_characteristics(sqlite3_file* file) {
  return real_methods(file).xDeviceCharacteristics(counted(file).real());
}
int shm_map(sqlite3_file* file, int page, int bytes, int extend, void volatile** memory) {
  return real_methods(file).xShmMap(counted(file).real(), page, bytes, extend, memory);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return real_methods(file).xShmLock(counted(file).real(), offset, count, flags);
}
void shm_barrier(sqlite3_file* file) { real_methods(file).xShmBarrier(counted(file).real()); }
int shm_unmap(sqlite3_file* file, int remove) {
  return real_methods(file).xShmUnmap(counted(file).real(), remove);
}

int fetch(sqlite3_file* file, sqlite3_int64 offset, int bytes, void** page) {
  const int code = real_methods(file).xFetch(counted(file).real(), offset, bytes, page);
  if (code == SQLITE_OK && *page != nullptr) counted(file).counters->mapped_reads.add(1);
  return code;
}
int unfetch(sqlite3_file* file, sqlite3_int64 offset, void* page) {
  return real_methods(file).xUnfetch(counted(file).real(), offset, page);
}

constexpr sqlite3_io_methods methods_of_version(int version) {
  return {version,
          close,
          read,
          write,
          truncate,
          sync,
          file_size,
          lock,
          unlock,
          check_reserved_lock,
          file_control,
          sector_size,
          device_characteristics,
          shm_map,
          shm_lock,
          shm_barrier,
          shm_unmap,
          fetch,
          unfetch};
}

constexpr int kMethodVersions = 3;
constexpr sqlite3_io_methods kMethods[kMethodVersions] = {
    methods_of_version(1), methods_of_version(2), methods_of_version(3)};

CountingVfs::State& state_of(sqlite3_vfs* vfs) noexcept {
  return *static_cast<CountingVfs::State*>(vfs->pAppData);
}
sqlite3_vfs* real_vfs(sqlite3_vfs* vfs) noexcept { return state_of(vfs).real; }

int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  CountedFile& self = *new (file) CountedFile{{nullptr}, &state_of(vfs), nullptr};
  const int code = real_vfs(vfs)->xOpen(real_vfs(vfs), path, self.real(), flags, out_flags);
  if (code != SQLITE_OK) return code;  // base.pMethods stays null: SQLite does not call xClose
  try {
    self.counters = self.state->new_file(role_of(flags));
  } catch (const std::bad_alloc&) {
    self.real()->pMethods->xClose(self.real());
    return SQLITE_NOMEM;
  }
  const int version = std::min(self.real()->pMethods->iVersion, kMethodVersions);
  self.base.pMethods = &kMethods[version - 1];
  return SQLITE_OK;
}

int remove(sqlite3_vfs* vfs, const char* path, int sync_directory) {
  CountingVfs::State& state = state_of(vfs);
  if (state.fails(FailingCall::Any)) return SQLITE_IOERR_DELETE;
  const int code = state.real->xDelete(state.real, path, sync_directory);
  if (code == SQLITE_OK) {
    state.deletes[static_cast<std::size_t>(role_of(path))].fetch_add(1, std::memory_order_relaxed);
    if (sync_directory != 0) state.directory_syncs.fetch_add(1, std::memory_order_relaxed);
  }
  return code;
}

int access(sqlite3_vfs* vfs, const char* path, int flags, int* result) {
  return real_vfs(vfs)->xAccess(real_vfs(vfs), path, flags, result);
}
int full_pathname(sqlite3_vfs* vfs, const char* path, int size, char* out) {
  return real_vfs(vfs)->xFullPathname(real_vfs(vfs), path, size, out);
}
void* dl_open(sqlite3_vfs* vfs, const char* path) {
  return real_vfs(vfs)->xDlOpen(real_vfs(vfs), path);
}
void dl_error(sqlite3_vfs* vfs, int size, char* message) {
  real_vfs(vfs)->xDlError(real_vfs(vfs), size, message);
}
using Symbol = void (*)(void);
Symbol dl_sym(sqlite3_vfs* vfs, void* library, const char* name) {
  return real_vfs(vfs)->xDlSym(real_vfs(vfs), library, name);
}
void dl_close(sqlite3_vfs* vfs, void* library) { real_vfs(vfs)->xDlClose(real_vfs(vfs), library); }
int randomness(sqlite3_vfs* vfs, int bytes, char* out) {
  return real_vfs(vfs)->xRandomness(real_vfs(vfs), bytes, out);
}
int sleep(sqlite3_vfs* vfs, int microseconds) {
  return real_vfs(vfs)->xSleep(real_vfs(vfs), microseconds);
}
int current_time(sqlite3_vfs* vfs, double* days) {
  return real_vfs(vfs)->xCurrentTime(real_vfs(vfs), days);
}
int last_error(sqlite3_vfs* vfs, int size, char* message) {
  return real_vfs(vfs)->xGetLastError(real_vfs(vfs), size, message);
}
int current_time_int64(sqlite3_vfs* vfs, sqlite3_int64* milliseconds) {
  return real_vfs(vfs)->xCurrentTimeInt64(real_vfs(vfs), milliseconds);
}

sqlite3_vfs describe(CountingVfs::State& state) {
  sqlite3_vfs vfs{};
  vfs.iVersion = std::min(state.real->iVersion, 2);  // 3 adds system call overrides
  vfs.szOsFile = static_cast<int>(sizeof(CountedFile)) + state.real->szOsFile;
  vfs.mxPathname = state.real->mxPathname;
  vfs.zName = state.name.c_str();
  vfs.pAppData = &state;
  vfs.xOpen = open;
  vfs.xDelete = remove;
  vfs.xAccess = access;
  vfs.xFullPathname = full_pathname;
  vfs.xDlOpen = dl_open;
  vfs.xDlError = dl_error;
  vfs.xDlSym = dl_sym;
  vfs.xDlClose = dl_close;
  vfs.xRandomness = randomness;
  vfs.xSleep = sleep;
  vfs.xCurrentTime = current_time;
  vfs.xGetLastError = last_error;
  vfs.xCurrentTimeInt64 = current_time_int64;
  return vfs;
}

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
  difference.directory_syncs -= earlier.directory_syncs;
  return difference;
}

CountingVfs::CountingVfs() : state_(std::make_unique<State>()) {
  state_->vfs = describe(*state_);
  const int code = sqlite3_vfs_register(&state_->vfs, 0);
  if (code != SQLITE_OK) throw Error::sqlite(nullptr, code, "register a VFS", "", state_->name);
}

CountingVfs::~CountingVfs() { sqlite3_vfs_unregister(&state_->vfs); }

const std::string& CountingVfs::name() const noexcept { return state_->name; }

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

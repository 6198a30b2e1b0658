#include "crash/memory_vfs.h"

#include <cstring>
#include <mutex>
#include <new>

#include <fmt/format.h>

#include "crash/memory_file.h"
#include "pragmark/error.h"

namespace pragmark::crash {
namespace {

constexpr int kJournals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;

int copy_path(sqlite3_vfs*, const char* path, int size, char* out) {
  const std::size_t length = std::strlen(path);
  if (length >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
  std::memcpy(out, path, length + 1);
  return SQLITE_OK;
}

// The named file, created when it is missing and may be; null with a result code otherwise.
std::shared_ptr<File> named_file(MemoryDisk& disk, const char* path, int flags, int& code) {
  if (std::shared_ptr<File> found = disk.find(path)) return found;
  code = SQLITE_CANTOPEN;
  if ((flags & SQLITE_OPEN_CREATE) == 0) return nullptr;
  std::shared_ptr<File> file = disk.create(path);
  code = SQLITE_OK;
  if (IoListener* listener = disk.listener()) code = listener->created(path, file->id);
  if (code == SQLITE_OK) return file;
  disk.remove(path);
  return nullptr;
}

}  // namespace

int MemoryVfs::open(sqlite3_vfs* vfs, const char* path, sqlite3_file* seen, int flags,
                    int* out_flags) {
  seen->pMethods = nullptr;  // SQLite calls xClose only when it is set
  MemoryDisk& disk = self(vfs).disk_;
  try {
    const std::lock_guard guard(disk.mutex());
    int code = SQLITE_OK;
    const bool temporary = path == nullptr || (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    std::shared_ptr<File> file =
        temporary ? disk.create_unnamed() : named_file(disk, path, flags, code);
    if (file == nullptr) return code;
    new (seen)
        OpenFile{.base = {&kMemoryFileMethods},
                 .disk = &disk,
                 .file = std::move(file),
                 .directory_due = (flags & kJournals) != 0 && (flags & SQLITE_OPEN_CREATE) != 0,
                 .lock_level = SQLITE_LOCK_NONE,
                 .mmap_size = 0,
                 .mapped = false,
                 .region_reads = 0,
                 .region_writes = 0};
  } catch (const std::bad_alloc&) {
    seen->pMethods = nullptr;
    return SQLITE_NOMEM;
  }
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int MemoryVfs::remove(sqlite3_vfs* vfs, const char* path, int sync_directory) {
  MemoryDisk& disk = self(vfs).disk_;
  try {
    const std::lock_guard guard(disk.mutex());
    const std::shared_ptr<File> file = disk.find(path);
    if (file == nullptr) return SQLITE_IOERR_DELETE_NOENT;
    IoListener* listener = disk.listener();
    const int code = listener == nullptr ? SQLITE_OK : listener->removed(path, file->id);
    if (code != SQLITE_OK) return code;
    disk.remove(path);
    return listener != nullptr && sync_directory != 0 ? listener->directory_synced() : SQLITE_OK;
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  }
}

int MemoryVfs::access(sqlite3_vfs* vfs, const char* path, int flags, int* result) {
  MemoryDisk& disk = self(vfs).disk_;
  const std::lock_guard guard(disk.mutex());
  const std::shared_ptr<File> file = disk.find(path);
  // As os_unix.c: an empty file does not exist, but may be written to.
  *result = file != nullptr && (flags != SQLITE_ACCESS_EXISTS || !file->bytes.empty()) ? 1 : 0;
  return SQLITE_OK;
}

MemoryVfs::MemoryVfs(MemoryDisk& disk)
    : disk_(disk),
      below_(sqlite3_vfs_find(nullptr)),
      name_(fmt::format("pragmark-memory-{}", fmt::ptr(this))) {
  if (below_ == nullptr) throw Error::environment("find", "SQLite has none", "the default VFS");
  describe();
  const int code = sqlite3_vfs_register(&vfs_, 0);
  if (code != SQLITE_OK) throw Error::sqlite(nullptr, code, "register a VFS", "", name_);
}

void MemoryVfs::describe() noexcept {
  vfs_.iVersion = 2;
  vfs_.szOsFile = sizeof(OpenFile);
  vfs_.mxPathname = below_->mxPathname;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = open;
  vfs_.xDelete = remove;
  vfs_.xAccess = access;
  vfs_.xFullPathname = copy_path;
  // No extension is loaded into such a connection.
  vfs_.xDlOpen = [](sqlite3_vfs*, const char*) -> void* { return nullptr; };
  vfs_.xDlError = [](sqlite3_vfs*, int size, char* message) {
    if (size > 0) *message = '\0';
  };
  vfs_.xDlClose = [](sqlite3_vfs*, void*) {};
  vfs_.xRandomness = [](sqlite3_vfs* vfs, int bytes, char* out) {
    return self(vfs).below_->xRandomness(self(vfs).below_, bytes, out);
  };
  vfs_.xSleep = [](sqlite3_vfs* vfs, int microseconds) {
    return self(vfs).below_->xSleep(self(vfs).below_, microseconds);
  };
  vfs_.xCurrentTime = [](sqlite3_vfs* vfs, double* days) {
    return self(vfs).below_->xCurrentTime(self(vfs).below_, days);
  };
  vfs_.xGetLastError = [](sqlite3_vfs*, int, char*) { return 0; };
  vfs_.xCurrentTimeInt64 = [](sqlite3_vfs* vfs, sqlite3_int64* milliseconds) {
    return self(vfs).below_->xCurrentTimeInt64(self(vfs).below_, milliseconds);
  };
}

}  // namespace pragmark::crash

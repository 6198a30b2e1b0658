#include "crash/memory_vfs.h"

#include <mutex>
#include <new>

#include "crash/memory_file.h"

namespace pragmark::crash {
namespace {

constexpr int kJournals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;

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
  MemoryDisk& disk = self<MemoryVfs>(vfs).disk_;
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
  MemoryDisk& disk = self<MemoryVfs>(vfs).disk_;
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
  MemoryDisk& disk = self<MemoryVfs>(vfs).disk_;
  const std::lock_guard guard(disk.mutex());
  const std::shared_ptr<File> file = disk.find(path);
  // As os_unix.c: an empty file does not exist, but may be written to.
  *result = file != nullptr && (flags != SQLITE_ACCESS_EXISTS || !file->bytes.empty()) ? 1 : 0;
  return SQLITE_OK;
}

MemoryVfs::MemoryVfs(MemoryDisk& disk) : StandaloneVfs("memory", sizeof(OpenFile)), disk_(disk) {
  vfs().xOpen = open;
  vfs().xDelete = remove;
  vfs().xAccess = access;
  register_now();
}

}  // namespace pragmark::crash

// What every VFS layer has in common: it registers under a name of its own, stands in front of
// another VFS, and forwards every call that it does not care about.
//
//   class LoudFile : public ForwardingFile {                 // one for each open file
//    public:
//     LoudFile(LoudLayer& layer, const OpenedFile& opened) : ForwardingFile(opened.real) {}
//     int sync(int flags) { shout(); return ForwardingFile::sync(flags); }   // hides the forwarder
//   };
//   class LoudLayer : public VfsLayer<LoudLayer, LoudFile> { ... };
//
// Calls are bound at compile time: a call that a layer does not hide costs one jump.
//
// Layout: SQLite allocates szOsFile bytes for each file; the layer's file sits in front and the
// real file right behind it. The method table has the version of the real file's, so that SQLite
// sees the same abilities.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <string>

#include <sqlite3.h>

#include "pragmark/error.h"

namespace pragmark::internal {

// A file of the VFS below, method by method. Error codes are SQLite's.
//
// Owns:    nothing; SQLite owns the memory of the real file.
// Threads: those of the connection that opened it, one at a time.
// Errors:  result codes.
class ForwardingFile {
 public:
  explicit ForwardingFile(sqlite3_file& real) noexcept : real_(real) {}

  int close() { return methods().xClose(&real_); }
  int read(void* into, int bytes, sqlite3_int64 offset) {
    return methods().xRead(&real_, into, bytes, offset);
  }
  int write(const void* from, int bytes, sqlite3_int64 offset) {
    return methods().xWrite(&real_, from, bytes, offset);
  }
  int truncate(sqlite3_int64 bytes) { return methods().xTruncate(&real_, bytes); }
  int sync(int flags) { return methods().xSync(&real_, flags); }
  int file_size(sqlite3_int64* bytes) { return methods().xFileSize(&real_, bytes); }
  int lock(int level) { return methods().xLock(&real_, level); }
  int unlock(int level) { return methods().xUnlock(&real_, level); }
  int check_reserved_lock(int* held) { return methods().xCheckReservedLock(&real_, held); }
  int file_control(int operation, void* argument) {
    return methods().xFileControl(&real_, operation, argument);
  }
  int sector_size() { return methods().xSectorSize(&real_); }
  int device_characteristics() { return methods().xDeviceCharacteristics(&real_); }
  int shm_map(int page, int bytes, int extend, void volatile** memory) {
    return methods().xShmMap(&real_, page, bytes, extend, memory);
  }
  int shm_lock(int first, int count, int flags) {
    return methods().xShmLock(&real_, first, count, flags);
  }
  void shm_barrier() { methods().xShmBarrier(&real_); }
  int shm_unmap(int remove) { return methods().xShmUnmap(&real_, remove); }
  int fetch(sqlite3_int64 offset, int bytes, void** page) {
    return methods().xFetch(&real_, offset, bytes, page);
  }
  int unfetch(sqlite3_int64 offset, void* page) { return methods().xUnfetch(&real_, offset, page); }

 private:
  [[nodiscard]] const sqlite3_io_methods& methods() const noexcept { return *real_.pMethods; }
  sqlite3_file& real_;
};

// What a layer's file is told when it is made: the real file is open.
struct OpenedFile {
  sqlite3_file& real;
  const char* path;  // as SQLite gave it; null for a temporary file
  int flags;         // SQLITE_OPEN_*
};

// What SQLite sees: the layer's file behind the method table.
template <typename File>
struct FileSlot {
  sqlite3_file base;  // first: SQLite sees a sqlite3_file
  File file;

  [[nodiscard]] static File& of(sqlite3_file* seen) noexcept {
    return reinterpret_cast<FileSlot*>(seen)->file;
  }
  [[nodiscard]] static sqlite3_file* real(sqlite3_file* seen) noexcept {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(seen) + sizeof(FileSlot));
  }
};

inline constexpr int kMethodVersions = 3;

template <typename File>
constexpr sqlite3_io_methods methods_of_version(int version) {
  using Slot = FileSlot<File>;
  using Seen = sqlite3_file*;
  return {
      version,
      [](Seen seen) {
        const int code = Slot::of(seen).close();
        std::destroy_at(&Slot::of(seen));
        return code;
      },
      [](Seen seen, void* into, int bytes, sqlite3_int64 offset) {
        return Slot::of(seen).read(into, bytes, offset);
      },
      [](Seen seen, const void* from, int bytes, sqlite3_int64 offset) {
        return Slot::of(seen).write(from, bytes, offset);
      },
      [](Seen seen, sqlite3_int64 bytes) { return Slot::of(seen).truncate(bytes); },
      [](Seen seen, int flags) { return Slot::of(seen).sync(flags); },
      [](Seen seen, sqlite3_int64* bytes) { return Slot::of(seen).file_size(bytes); },
      [](Seen seen, int level) { return Slot::of(seen).lock(level); },
      [](Seen seen, int level) { return Slot::of(seen).unlock(level); },
      [](Seen seen, int* held) { return Slot::of(seen).check_reserved_lock(held); },
      [](Seen seen, int operation, void* argument) {
        return Slot::of(seen).file_control(operation, argument);
      },
      [](Seen seen) { return Slot::of(seen).sector_size(); },
      [](Seen seen) { return Slot::of(seen).device_characteristics(); },
      [](Seen seen, int page, int bytes, int extend, void volatile** memory) {
        return Slot::of(seen).shm_map(page, bytes, extend, memory);
      },
      [](Seen seen, int first, int count, int flags) {
        return Slot::of(seen).shm_lock(first, count, flags);
      },
      [](Seen seen) { Slot::of(seen).shm_barrier(); },
      [](Seen seen, int remove) { return Slot::of(seen).shm_unmap(remove); },
      [](Seen seen, sqlite3_int64 offset, int bytes, void** page) {
        return Slot::of(seen).fetch(offset, bytes, page);
      },
      [](Seen seen, sqlite3_int64 offset, void* page) {
        return Slot::of(seen).unfetch(offset, page);
      },
  };
}

template <typename File>
inline constexpr std::array<sqlite3_io_methods, kMethodVersions> kMethodTables = {
    methods_of_version<File>(1), methods_of_version<File>(2), methods_of_version<File>(3)};

// The layer itself: `Layer` derives from it and may hide remove() and sleep().
//
// Owns:    its registration with SQLite. Must outlive every connection that uses it; not movable.
// Threads: SQLite calls it from any number of threads at once.
// Errors:  the constructor throws Error when there is no VFS below or SQLite refuses the
//          registration.
template <typename Layer, typename File>
class VfsLayer {
 public:
  // `below` is the name of a registered VFS; empty for SQLite's default.
  VfsLayer(const std::string& below, std::string name)
      : below_(sqlite3_vfs_find(below.empty() ? nullptr : below.c_str())), name_(std::move(name)) {
    if (below_ == nullptr) {
      throw Error::environment("find", "SQLite has no such VFS",
                               below.empty() ? "the default VFS" : below);
    }
    describe();
    const int code = sqlite3_vfs_register(&vfs_, 0);
    if (code != SQLITE_OK) throw Error::sqlite(nullptr, code, "register a VFS", "", name_);
  }
  ~VfsLayer() { sqlite3_vfs_unregister(&vfs_); }
  VfsLayer(const VfsLayer&) = delete;
  VfsLayer& operator=(const VfsLayer&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  // Whether this file was opened through a layer of this type.
  [[nodiscard]] static bool opened(const sqlite3_file* file) noexcept {
    return std::ranges::any_of(kMethodTables<File>, [&](const sqlite3_io_methods& table) {
      return file->pMethods == &table;
    });
  }

  int remove(const char* path, int sync_directory) {
    return below_->xDelete(below_, path, sync_directory);
  }
  int sleep(int microseconds) { return below_->xSleep(below_, microseconds); }

 private:
  static VfsLayer& base(sqlite3_vfs* vfs) noexcept {
    return *static_cast<VfsLayer*>(vfs->pAppData);
  }
  static Layer& self(sqlite3_vfs* vfs) noexcept { return static_cast<Layer&>(base(vfs)); }
  static sqlite3_vfs* below(sqlite3_vfs* vfs) noexcept { return base(vfs).below_; }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* seen, int flags,
                  int* out_flags) {
    using Slot = FileSlot<File>;
    static_assert(sizeof(Slot) % 8 == 0, "the real file behind it must stay aligned");
    seen->pMethods = nullptr;  // SQLite calls xClose only when it is set
    sqlite3_file* real = Slot::real(seen);
    const int code = below(vfs)->xOpen(below(vfs), path, real, flags, out_flags);
    if (code != SQLITE_OK) return code;
    try {
      new (&Slot::of(seen)) File(self(vfs), {.real = *real, .path = path, .flags = flags});
    } catch (const std::bad_alloc&) {
      real->pMethods->xClose(real);
      return SQLITE_NOMEM;
    }
    const int version = std::min(real->pMethods->iVersion, kMethodVersions);
    seen->pMethods = &kMethodTables<File>[static_cast<std::size_t>(version - 1)];
    return SQLITE_OK;
  }

  void describe() noexcept {
    vfs_.iVersion = std::min(below_->iVersion, 2);  // 3 adds system call overrides
    vfs_.szOsFile = static_cast<int>(sizeof(FileSlot<File>)) + below_->szOsFile;
    vfs_.mxPathname = below_->mxPathname;
    vfs_.zName = name_.c_str();
    vfs_.pAppData = this;  // the base: the layer around it is not constructed yet
    vfs_.xOpen = open;
    vfs_.xDelete = [](sqlite3_vfs* vfs, const char* path, int sync_directory) {
      return self(vfs).remove(path, sync_directory);
    };
    vfs_.xAccess = [](sqlite3_vfs* vfs, const char* path, int flags, int* result) {
      return below(vfs)->xAccess(below(vfs), path, flags, result);
    };
    vfs_.xFullPathname = [](sqlite3_vfs* vfs, const char* path, int size, char* out) {
      return below(vfs)->xFullPathname(below(vfs), path, size, out);
    };
    vfs_.xDlOpen = [](sqlite3_vfs* vfs, const char* path) {
      return below(vfs)->xDlOpen(below(vfs), path);
    };
    vfs_.xDlError = [](sqlite3_vfs* vfs, int size, char* message) {
      below(vfs)->xDlError(below(vfs), size, message);
    };
    vfs_.xDlSym = [](sqlite3_vfs* vfs, void* library, const char* symbol) {
      return below(vfs)->xDlSym(below(vfs), library, symbol);
    };
    vfs_.xDlClose = [](sqlite3_vfs* vfs, void* library) {
      below(vfs)->xDlClose(below(vfs), library);
    };
    vfs_.xRandomness = [](sqlite3_vfs* vfs, int bytes, char* out) {
      return below(vfs)->xRandomness(below(vfs), bytes, out);
    };
    vfs_.xSleep = [](sqlite3_vfs* vfs, int microseconds) { return self(vfs).sleep(microseconds); };
    vfs_.xCurrentTime = [](sqlite3_vfs* vfs, double* days) {
      return below(vfs)->xCurrentTime(below(vfs), days);
    };
    vfs_.xGetLastError = [](sqlite3_vfs* vfs, int size, char* message) {
      return below(vfs)->xGetLastError(below(vfs), size, message);
    };
    vfs_.xCurrentTimeInt64 = [](sqlite3_vfs* vfs, sqlite3_int64* milliseconds) {
      return below(vfs)->xCurrentTimeInt64(below(vfs), milliseconds);
    };
  }

  sqlite3_vfs* below_;
  std::string name_;
  sqlite3_vfs vfs_{};
};

// "pragmark-counting-1": no two layers of a process have the same.
[[nodiscard]] std::string unique_vfs_name(const char* kind);

}  // namespace pragmark::internal

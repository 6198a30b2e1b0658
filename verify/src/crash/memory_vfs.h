// The VFS of a MemoryDisk. Locks, shared memory and the syncs of the directory are those of
// SQLite's unix VFS; sector size and POWERSAFE_OVERWRITE are what that one reports, so that SQLite
// writes what it would write to a real disk.
//
//   MemoryDisk disk;
//   MemoryVfs vfs(disk);
//   Connection c = Connection::open({.path = "bank.db", .set = &set, .vfs = vfs.name()});
//
// Different from the unix VFS: pages are never memory-mapped (mmap_size is read back as asked, and
// SQLite writes by xWrite in any case), and nothing outlives the process.
#pragma once

#include <string>

#include <sqlite3.h>

#include "crash/memory_disk.h"

namespace pragmark::crash {

// Owns:    its registration with SQLite. Must outlive every connection that uses it; not movable.
// Threads: connections on any number of threads.
// Errors:  the constructor throws Error when SQLite refuses the registration.
class MemoryVfs {
 public:
  explicit MemoryVfs(MemoryDisk& disk);
  ~MemoryVfs() { sqlite3_vfs_unregister(&vfs_); }
  MemoryVfs(const MemoryVfs&) = delete;
  MemoryVfs& operator=(const MemoryVfs&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  static MemoryVfs& self(sqlite3_vfs* vfs) noexcept {
    return *static_cast<MemoryVfs*>(vfs->pAppData);
  }
  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* seen, int flags,
                  int* out_flags);
  static int remove(sqlite3_vfs* vfs, const char* path, int sync_directory);
  static int access(sqlite3_vfs* vfs, const char* path, int flags, int* result);
  void describe() noexcept;

  MemoryDisk& disk_;
  sqlite3_vfs* below_;  // for time, sleep and random numbers
  std::string name_;
  sqlite3_vfs vfs_{};
};

}  // namespace pragmark::crash

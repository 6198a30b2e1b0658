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

#include <sqlite3.h>

#include "crash/memory_disk.h"
#include "standalone_vfs.h"

namespace pragmark::crash {

// Owns:    as StandaloneVfs.
// Threads: connections on any number of threads.
// Errors:  the constructor throws Error when SQLite refuses the registration.
class MemoryVfs final : public StandaloneVfs {
 public:
  explicit MemoryVfs(MemoryDisk& disk);

 private:
  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* seen, int flags,
                  int* out_flags);
  static int remove(sqlite3_vfs* vfs, const char* path, int sync_directory);
  static int access(sqlite3_vfs* vfs, const char* path, int flags, int* result);

  MemoryDisk& disk_;
};

}  // namespace pragmark::crash

// A VFS that has one file, a Snapshot, which cannot be changed: every other file is refused, every
// write is refused, and SQLite is told that it is immutable, so that it takes no locks and looks
// for no journals.
//
//   SnapshotVfs vfs(snapshot, watch);
//   Connection c = Connection::open({.path = "x.db", .kind = ReadOnly, .vfs = vfs.name()});
//
// Temporary files are refused too: such a connection needs temp_store = MEMORY.
#pragma once

#include <string>

#include <sqlite3.h>

#include "audit/snapshot.h"

namespace pragmark::inspect {

// Owns:    its registration with SQLite. Must outlive every connection that uses it; not movable.
// Threads: that of the snapshot.
// Errors:  the constructor throws Error; what fails to be read is SQLITE_IOERR_READ.
class SnapshotVfs {
 public:
  explicit SnapshotVfs(Snapshot& snapshot);
  ~SnapshotVfs() { sqlite3_vfs_unregister(&vfs_); }
  SnapshotVfs(const SnapshotVfs&) = delete;
  SnapshotVfs& operator=(const SnapshotVfs&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  void describe() noexcept;
  static SnapshotVfs& self(sqlite3_vfs* vfs) noexcept {
    return *static_cast<SnapshotVfs*>(vfs->pAppData);
  }
  static int open_image(sqlite3_vfs* vfs, const char* path, sqlite3_file* seen, int flags,
                        int* out_flags);

  Snapshot& snapshot_;
  sqlite3_vfs* below_;  // for time, sleep and random numbers
  std::string name_;
  sqlite3_vfs vfs_{};
};

}  // namespace pragmark::inspect

// A VFS that has one file, a Snapshot, which cannot be changed: every other file is refused, every
// write is refused, and SQLite is told that it is immutable, so that it takes no locks and looks
// for no journals.
//
//   SnapshotVfs vfs(snapshot, watch);
//   Connection c = Connection::open({.path = "x.db", .kind = ReadOnly, .vfs = vfs.name()});
//
// Temporary files are refused too: such a connection needs temp_store = MEMORY.
#pragma once

#include <sqlite3.h>

#include "audit/snapshot.h"
#include "standalone_vfs.h"

namespace pragmark::inspect {

// Owns:    as StandaloneVfs.
// Threads: that of the snapshot.
// Errors:  the constructor throws Error; what fails to be read is SQLITE_IOERR_READ.
class SnapshotVfs final : public StandaloneVfs {
 public:
  explicit SnapshotVfs(Snapshot& snapshot);

 private:
  static int open_image(sqlite3_vfs* vfs, const char* path, sqlite3_file* seen, int flags,
                        int* out_flags);

  Snapshot& snapshot_;
};

}  // namespace pragmark::inspect

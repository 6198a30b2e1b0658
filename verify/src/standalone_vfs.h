// What the VFSes that hold their files themselves have in common: their registration with SQLite,
// paths as they are given, no extensions, and time, sleep and random numbers of the default VFS.
// How files are opened, removed and found is the deriver's.
//
//   class MemoryVfs final : public StandaloneVfs { .. set vfs().xOpen .., then register_now(); };
#pragma once

#include <string>
#include <string_view>

#include <sqlite3.h>

namespace pragmark {

// Owns:    its registration with SQLite. Must outlive every connection that uses it; not movable.
// Threads: its functions may be called by any number of threads.
// Errors:  constructor and register_now() throw Error when SQLite has no VFS or refuses this one.
class StandaloneVfs {
 public:
  StandaloneVfs(const StandaloneVfs&) = delete;
  StandaloneVfs& operator=(const StandaloneVfs&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 protected:
  // `kind` becomes part of the name; a file of it has `file_bytes`.
  StandaloneVfs(std::string_view kind, int file_bytes);
  ~StandaloneVfs() { sqlite3_vfs_unregister(&vfs_); }

  [[nodiscard]] sqlite3_vfs& vfs() noexcept { return vfs_; }
  // REQUIRES: xOpen, xDelete and xAccess are set.
  void register_now();
  // REQUIRES: `Deriver` is what registered it.
  template <typename Deriver>
  [[nodiscard]] static Deriver& self(sqlite3_vfs* vfs) noexcept {
    return static_cast<Deriver&>(*static_cast<StandaloneVfs*>(vfs->pAppData));
  }

 private:
  [[nodiscard]] static sqlite3_vfs* below(sqlite3_vfs* vfs) noexcept {
    return static_cast<StandaloneVfs*>(vfs->pAppData)->below_;
  }

  sqlite3_vfs* below_;  // for time, sleep and random numbers
  std::string name_;
  sqlite3_vfs vfs_{};
};

}  // namespace pragmark

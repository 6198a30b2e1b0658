// A VFS layer that calls back in the middle of a checkpoint: after it has read the header of the
// wal-index, before it looks at anything else.
//
//   CheckpointHookVfs vfs;
//   Connection keeper = Connection::open({.path = "scratch.db", .vfs = vfs.name()});
//   vfs.at_next_moment([&] { writer.execute("INSERT ..."); });
//   static_cast<void>(keeper.checkpoint(CheckpointMode::Passive));   // the hook runs inside
//
// It makes a race between a checkpoint and a commit happen every time, on a library as it is: for
// verifiers and tests. Not for a database that anybody needs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace pragmark {

// Owns:    its registration with SQLite, and the hook. Must outlive every connection that uses it.
// Threads: one thread at a time, together with the connections that use it.
// Errors:  the constructor throws Error when SQLite refuses the registration. The hook must not
//          throw: it is called from inside SQLite.
class CheckpointHookVfs {
 public:
  // `below` is the name of a registered VFS; empty for SQLite's default.
  explicit CheckpointHookVfs(const std::string& below = "");
  ~CheckpointHookVfs();
  CheckpointHookVfs(const CheckpointHookVfs&) = delete;
  CheckpointHookVfs& operator=(const CheckpointHookVfs&) = delete;

  [[nodiscard]] const std::string& name() const noexcept;

  // `hook` is called once, when a checkpoint has found that the wal-index header is not the one
  // that its connection knew, which is when SQLite gives mapped pages back (xUnfetch of no page).
  // Never on a library built without memory-mapped I/O, which makes no such call. Empty: nothing is
  // called. REQUIRES: connections through this layer have mmap_size=0, or reads of theirs are
  // moments too.
  void at_next_moment(std::function<void()> hook);
  // How often the moment came, with a hook or without.
  [[nodiscard]] std::uint64_t moments() const noexcept;

  class Layer;

 private:
  std::unique_ptr<Layer> layer_;
};

}  // namespace pragmark

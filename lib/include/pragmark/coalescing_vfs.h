// A VFS layer that turns the many small writes of a WAL commit into one.
//
//   CoalescingVfs vfs;                                  // registered until it is destroyed
//   Connection writer = Connection::open({.path = "app.db", .set = &set, .vfs = vfs.name()});
//
// SQLite appends a commit to the WAL frame by frame, and writes a frame's header (24 bytes) and its
// page apart: a row in a table with three indexes costs eight calls of pwrite or more. This layer
// keeps what is appended until the frame that commits is complete, and hands it over in one call.
//
// Unchanged: the bytes in every file, the syncs and their order, locks, what other connections and
// processes see and when. A commit is in the file, whole, before SQLite publishes it, and an error
// of writing it is the error of that COMMIT. Other processes need not know of the layer.
//
// Not for readers: they write nothing. Rollback journals and locking_mode=EXCLUSIVE pass through.
#pragma once

#include <memory>
#include <string>

namespace pragmark {

// Owns:    its registration with SQLite. Must outlive every connection that uses it.
// Threads: connections on any number of threads; they share nothing.
// Errors:  the constructor throws Error when SQLite refuses the registration.
class CoalescingVfs {
 public:
  // `below` is the name of a registered VFS; empty for SQLite's default.
  explicit CoalescingVfs(const std::string& below = "");
  ~CoalescingVfs();
  CoalescingVfs(const CoalescingVfs&) = delete;
  CoalescingVfs& operator=(const CoalescingVfs&) = delete;

  [[nodiscard]] const std::string& name() const noexcept;

  class Layer;

 private:
  std::unique_ptr<Layer> layer_;
};

}  // namespace pragmark

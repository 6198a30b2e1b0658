// A directory for scratch databases that is gone when its owner is.
//
//   ScratchDirectory scratch(options.dir);               // DIR/pragmark-Ab3dEf
//   Store store({.path = scratch.file("store.db")});
//
// Gone also after an exception and after Ctrl-C, when the program lets the stack unwind (see
// interrupt.h). A killed process (SIGKILL) leaves it behind.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace pragmark {

// Owns:    the directory and all that is in it; removes both on destruction. Not movable: hold it
// in
//          an optional or a unique_ptr where it must move.
// Threads: const members may be called by any number of threads at once.
// Errors:  the constructor throws Error (kind Environment), naming `parent`, when it does not
// exist,
//          is not a directory or cannot be written to.
class ScratchDirectory {
 public:
  explicit ScratchDirectory(const std::filesystem::path& parent);
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  // Absolute, so that it holds when the process changes its working directory.
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::string file(std::string_view name) const;

  // Removes now what the destructor would, and throws Error (kind Environment) when something
  // remains, which the destructor has to keep to itself.
  // REQUIRES: every connection to a database in it is closed.
  void remove();

 private:
  std::filesystem::path path_;
};

}  // namespace pragmark

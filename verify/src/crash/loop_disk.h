// A real ext4 whose power can be cut: a filesystem in a file, mounted through a loop device. What
// the kernel has not written to that file when the power is cut is gone, as it would be from a disk
// without a cache of its own.
//
//   LoopDisk disk(scratch.path());
//   disk.make_anew();
//   ... work below disk.path(), kill whoever works ...
//   disk.cut_power();     // mounted again, from what had reached the file
//
// Different from a real cut: the disk has no cache that loses what it holds or reorders it, and no
// sector is torn. ext4 has its defaults (data=ordered, commit=5).
#pragma once

#include <filesystem>
#include <string>

namespace pragmark::crash {

// Owns:    the file, the mount and a mount namespace, in which nobody else sees the mount and which
//          ends with the process, however that ends.
// Threads: one thread at a time. From the first one made on, the process has that namespace.
// Errors:  members throw Error (kind Environment); the destructor keeps them to itself.
class LoopDisk {
 public:
  // In `directory`, which must outlive it.
  explicit LoopDisk(const std::filesystem::path& directory);
  ~LoopDisk();
  LoopDisk(const LoopDisk&) = delete;
  LoopDisk& operator=(const LoopDisk&) = delete;

  void make_anew();
  // REQUIRES: no process has a file open on it.
  void cut_power();
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return mount_point_; }

  // Tries it once in a scratch directory inside `directory`. Throws Error (kind Environment) where
  // this process can have none.
  static void require_possible(const std::filesystem::path& directory);

 private:
  void mount();
  void unmount();

  std::filesystem::path image_;
  std::filesystem::path mount_point_;
  bool mounted_ = false;
};

}  // namespace pragmark::crash

// A VFS layer for the connection that checkpoints in the background: it pauses every now and then.
#pragma once

#include <chrono>
#include <string>
#include <thread>

#include "../vfs_layer.h"

namespace pragmark::internal {

// A checkpoint copies thousands of pages without ever sleeping. On a machine with as many clients
// as processors the scheduler then gives it whole time slices, of three or four milliseconds each,
// during which those who wait for the same processor stand still. With pauses they wait for one
// piece at most.
inline constexpr int kPagesWithoutPause = 64;
inline constexpr std::chrono::microseconds kPause{50};

class PacedVfs;

class PacedFile : public ForwardingFile {
 public:
  PacedFile(PacedVfs& /*layer*/, const OpenedFile& opened) : ForwardingFile(opened.real) {}

  int write(const void* from, int bytes, sqlite3_int64 offset) {
    if (++writes_ % kPagesWithoutPause == 0) std::this_thread::sleep_for(kPause);
    return ForwardingFile::write(from, bytes, offset);
  }

 private:
  unsigned writes_ = 0;
};

class PacedVfs : public VfsLayer<PacedVfs, PacedFile> {
 public:
  explicit PacedVfs(const std::string& below) : VfsLayer(below, unique_vfs_name("paced")) {}
};

}  // namespace pragmark::internal

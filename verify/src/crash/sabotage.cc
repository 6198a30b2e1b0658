#include "crash/sabotage.h"

#include "crash/memory_disk.h"
#include "vfs_layer.h"

namespace pragmark::crash {
namespace {

using internal::ForwardingFile;
using internal::OpenedFile;
using internal::VfsLayer;

class SwallowingLayer;

class SwallowingFile : public ForwardingFile {
 public:
  SwallowingFile(SwallowingLayer&, const OpenedFile& opened) : ForwardingFile(opened.real) {}
  int sync(int) { return SQLITE_OK; }
};

class SwallowingLayer final : public VfsLayer<SwallowingLayer, SwallowingFile>,
                              public SabotagedVfs {
 public:
  explicit SwallowingLayer(const std::string& below)
      : VfsLayer(below, internal::unique_vfs_name("swallowing")) {}
  [[nodiscard]] const std::string& vfs_name() const noexcept override { return name(); }
};

class ReorderingLayer;

// Holds the last write back until the next call; a sync goes first.
class ReorderingFile : public ForwardingFile {
 public:
  ReorderingFile(ReorderingLayer&, const OpenedFile& opened) : ForwardingFile(opened.real) {}

  int write(const void* from, int bytes, sqlite3_int64 offset) {
    const int code = flush();
    if (code != SQLITE_OK) return code;
    const auto* data = static_cast<const unsigned char*>(from);
    held_.assign(data, data + bytes);
    offset_ = offset;
    return SQLITE_OK;
  }
  int sync(int flags) {
    const int code = ForwardingFile::sync(flags);
    return code != SQLITE_OK ? code : flush();
  }
  int read(void* into, int bytes, sqlite3_int64 offset) {
    const int code = flush();
    return code != SQLITE_OK ? code : ForwardingFile::read(into, bytes, offset);
  }
  int truncate(sqlite3_int64 bytes) {
    const int code = flush();
    return code != SQLITE_OK ? code : ForwardingFile::truncate(bytes);
  }
  int file_size(sqlite3_int64* bytes) {
    const int code = flush();
    return code != SQLITE_OK ? code : ForwardingFile::file_size(bytes);
  }
  int unlock(int level) {
    const int code = flush();
    return code != SQLITE_OK ? code : ForwardingFile::unlock(level);
  }
  int close() {
    static_cast<void>(flush());
    return ForwardingFile::close();
  }

 private:
  int flush() {
    if (held_.empty()) return SQLITE_OK;
    const int code = ForwardingFile::write(held_.data(), static_cast<int>(held_.size()), offset_);
    held_.clear();
    return code;
  }

  Bytes held_;
  sqlite3_int64 offset_ = 0;
};

class ReorderingLayer final : public VfsLayer<ReorderingLayer, ReorderingFile>,
                              public SabotagedVfs {
 public:
  explicit ReorderingLayer(const std::string& below)
      : VfsLayer(below, internal::unique_vfs_name("reordering")) {}
  [[nodiscard]] const std::string& vfs_name() const noexcept override { return name(); }
};

}  // namespace

std::unique_ptr<SabotagedVfs> sabotage_vfs(CrashSabotage sabotage, const std::string& below) {
  switch (sabotage) {
    case CrashSabotage::SwallowSyncs: return std::make_unique<SwallowingLayer>(below);
    case CrashSabotage::ReorderAcrossSync: return std::make_unique<ReorderingLayer>(below);
    case CrashSabotage::AcknowledgeEarly:
    case CrashSabotage::None: break;
  }
  return nullptr;
}

}  // namespace pragmark::crash

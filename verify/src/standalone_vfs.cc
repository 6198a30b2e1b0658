#include "standalone_vfs.h"

#include <cstring>

#include <fmt/format.h>

#include "pragmark/error.h"

namespace pragmark {
namespace {

int copy_path(sqlite3_vfs*, const char* path, int size, char* out) {
  const std::size_t length = std::strlen(path);
  if (length >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
  std::memcpy(out, path, length + 1);
  return SQLITE_OK;
}

}  // namespace

StandaloneVfs::StandaloneVfs(std::string_view kind, int file_bytes)
    : below_(sqlite3_vfs_find(nullptr)),
      name_(fmt::format("pragmark-{}-{}", kind, fmt::ptr(this))) {
  if (below_ == nullptr) throw Error::environment("find", "SQLite has none", "the default VFS");
  vfs_.iVersion = 2;
  vfs_.szOsFile = file_bytes;
  vfs_.mxPathname = below_->mxPathname;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xFullPathname = copy_path;
  // No extension is loaded into such a connection.
  vfs_.xDlOpen = [](sqlite3_vfs*, const char*) -> void* { return nullptr; };
  vfs_.xDlError = [](sqlite3_vfs*, int size, char* message) {
    if (size > 0) *message = '\0';
  };
  vfs_.xDlClose = [](sqlite3_vfs*, void*) {};
  vfs_.xRandomness = [](sqlite3_vfs* vfs, int bytes, char* out) {
    return below(vfs)->xRandomness(below(vfs), bytes, out);
  };
  vfs_.xSleep = [](sqlite3_vfs* vfs, int microseconds) {
    return below(vfs)->xSleep(below(vfs), microseconds);
  };
  vfs_.xCurrentTime = [](sqlite3_vfs* vfs, double* days) {
    return below(vfs)->xCurrentTime(below(vfs), days);
  };
  vfs_.xGetLastError = [](sqlite3_vfs*, int, char*) { return 0; };
  vfs_.xCurrentTimeInt64 = [](sqlite3_vfs* vfs, sqlite3_int64* milliseconds) {
    return below(vfs)->xCurrentTimeInt64(below(vfs), milliseconds);
  };
}

void StandaloneVfs::register_now() {
  const int code = sqlite3_vfs_register(&vfs_, 0);
  if (code != SQLITE_OK) throw Error::sqlite(nullptr, code, "register a VFS", "", name_);
}

}  // namespace pragmark

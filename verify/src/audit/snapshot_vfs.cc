#include "audit/snapshot_vfs.h"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <span>

namespace pragmark::inspect {
namespace {

struct ImageFile {
  sqlite3_file base;  // first: SQLite sees a sqlite3_file
  Snapshot* snapshot;

  [[nodiscard]] static Snapshot& of(sqlite3_file* seen) noexcept {
    return *reinterpret_cast<ImageFile*>(seen)->snapshot;
  }
};

int read_image(sqlite3_file* seen, void* into, int bytes, sqlite3_int64 offset) {
  const std::span<std::uint8_t> wanted(static_cast<std::uint8_t*>(into),
                                       static_cast<std::size_t>(bytes));
  try {
    const std::size_t got = ImageFile::of(seen).read(static_cast<std::uint64_t>(offset), wanted);
    if (got == wanted.size()) return SQLITE_OK;
    std::ranges::fill(wanted.subspan(got), std::uint8_t{0});  // as xRead promises
    return SQLITE_IOERR_SHORT_READ;
  } catch (const std::exception&) {
    return SQLITE_IOERR_READ;
  }
}

// Version 1: no shared memory, no memory mapping.
constexpr sqlite3_io_methods kMethods = {
    1,
    [](sqlite3_file*) { return SQLITE_OK; },
    read_image,
    [](sqlite3_file*, const void*, int, sqlite3_int64) { return SQLITE_READONLY; },
    [](sqlite3_file*, sqlite3_int64) { return SQLITE_READONLY; },
    [](sqlite3_file*, int) { return SQLITE_OK; },
    [](sqlite3_file* seen, sqlite3_int64* bytes) {
      *bytes = static_cast<sqlite3_int64>(ImageFile::of(seen).bytes());
      return SQLITE_OK;
    },
    [](sqlite3_file*, int) { return SQLITE_OK; },
    [](sqlite3_file*, int) { return SQLITE_OK; },
    [](sqlite3_file*, int* held) {
      *held = 0;
      return SQLITE_OK;
    },
    [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; },
    [](sqlite3_file*) { return 0; },
    [](sqlite3_file*) { return SQLITE_IOCAP_IMMUTABLE; },
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
};

}  // namespace

int SnapshotVfs::open_image(sqlite3_vfs* vfs, const char*, sqlite3_file* seen, int flags,
                            int* out_flags) {
  seen->pMethods = nullptr;  // SQLite calls xClose only when it is set
  if ((flags & SQLITE_OPEN_MAIN_DB) == 0) return SQLITE_CANTOPEN;
  reinterpret_cast<ImageFile*>(seen)->snapshot = &self<SnapshotVfs>(vfs).snapshot_;
  seen->pMethods = &kMethods;
  if (out_flags != nullptr) *out_flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
  return SQLITE_OK;
}

SnapshotVfs::SnapshotVfs(Snapshot& snapshot)
    : StandaloneVfs("snapshot", sizeof(ImageFile)), snapshot_(snapshot) {
  vfs().xOpen = open_image;
  vfs().xDelete = [](sqlite3_vfs*, const char*, int) { return SQLITE_READONLY; };
  vfs().xAccess = [](sqlite3_vfs*, const char*, int, int* result) {
    *result = 0;
    return SQLITE_OK;
  };
  register_now();
}

}  // namespace pragmark::inspect

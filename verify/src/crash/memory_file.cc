#include "crash/memory_file.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>

#include "pragmark/function_ref.h"

namespace pragmark::crash {
namespace {

using Guard = std::lock_guard<std::mutex>;

constexpr std::int64_t kMostMapped = 0x7fff0000;  // SQLITE_MAX_MMAP_SIZE by default

IoListener* listener_of(const OpenFile& open) noexcept {
  return open.file->recorded ? open.disk->listener() : nullptr;
}

// No exception may pass through SQLite.
int guarded(OpenFile& open, FunctionRef<int()> work) {
  const Guard guard(open.disk->mutex());
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return SQLITE_IOERR_NOMEM;
  }
}

int close_file(sqlite3_file* seen) {
  OpenFile& open = OpenFile::of(seen);
  {
    const Guard guard(open.disk->mutex());
    unmap_regions(open);
    unlock_file(open, SQLITE_LOCK_NONE);
  }
  open.file.~shared_ptr();
  return SQLITE_OK;
}

int read_file(sqlite3_file* seen, void* into, int bytes, sqlite3_int64 offset) {
  OpenFile& open = OpenFile::of(seen);
  const Guard guard(open.disk->mutex());
  const Bytes& from = open.file->bytes;
  const auto wanted = static_cast<std::size_t>(bytes);
  const auto at = std::min(static_cast<std::size_t>(offset), from.size());
  const std::size_t got = std::min(wanted, from.size() - at);
  if (got > 0) std::memcpy(into, from.data() + at, got);
  if (got == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(into) + got, 0, wanted - got);
  return SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* seen, const void* from, int bytes, sqlite3_int64 offset) {
  OpenFile& open = OpenFile::of(seen);
  return guarded(open, [&] {
    const auto* data = static_cast<const unsigned char*>(from);
    const auto count = static_cast<std::size_t>(bytes);
    const auto at = static_cast<std::size_t>(offset);
    if (IoListener* listener = listener_of(open)) {
      const int code = listener->written(open.file->id, offset, {data, count});
      if (code != SQLITE_OK) return code;
    }
    Bytes& into = open.file->bytes;
    if (into.size() < at + count) into.resize(at + count);
    std::memcpy(into.data() + at, data, count);
    return SQLITE_OK;
  });
}

int truncate_file(sqlite3_file* seen, sqlite3_int64 bytes) {
  OpenFile& open = OpenFile::of(seen);
  return guarded(open, [&] {
    if (IoListener* listener = listener_of(open)) {
      const int code = listener->truncated(open.file->id, bytes);
      if (code != SQLITE_OK) return code;
    }
    open.file->bytes.resize(static_cast<std::size_t>(bytes));
    return SQLITE_OK;
  });
}

int sync_file(sqlite3_file* seen, int flags) {
  OpenFile& open = OpenFile::of(seen);
  return guarded(open, [&] {
    IoListener* listener = listener_of(open);
    const int code = listener == nullptr ? SQLITE_OK : listener->synced(open.file->id, flags);
    if (code != SQLITE_OK || !std::exchange(open.directory_due, false)) return code;
    return listener == nullptr ? SQLITE_OK : listener->directory_synced();
  });
}

int control_file(sqlite3_file* seen, int operation, void* argument) {
  OpenFile& open = OpenFile::of(seen);
  switch (operation) {
    case SQLITE_FCNTL_LOCKSTATE: *static_cast<int*>(argument) = open.lock_level; return SQLITE_OK;
    case SQLITE_FCNTL_SIZE_HINT:
    case SQLITE_FCNTL_CHUNK_SIZE: return SQLITE_OK;
    case SQLITE_FCNTL_HAS_MOVED: *static_cast<int*>(argument) = 0; return SQLITE_OK;
    case SQLITE_FCNTL_MMAP_SIZE: {
      auto& size = *static_cast<std::int64_t*>(argument);
      const std::int64_t before = open.mmap_size;
      if (size >= 0) open.mmap_size = std::min(size, kMostMapped);
      size = before;
      return SQLITE_OK;
    }
    default: return SQLITE_NOTFOUND;
  }
}

int map_region(sqlite3_file* seen, int region, int bytes, int extend, void volatile** memory) {
  OpenFile& open = OpenFile::of(seen);
  return guarded(open, [&] {
    File& file = *open.file;
    if (!open.mapped) {
      open.mapped = true;
      ++file.mappings;
    }
    *memory = nullptr;
    const auto at = static_cast<std::size_t>(region);
    if (at >= file.regions.size() && extend == 0) return SQLITE_OK;
    while (file.regions.size() <= at) {
      file.regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(bytes)));
    }
    *memory = file.regions[at].get();
    return SQLITE_OK;
  });
}

}  // namespace

const sqlite3_io_methods kMemoryFileMethods = {
    3,  // with what memory mapping needs, since SQLite asks for mmap_size only then
    close_file,
    read_file,
    write_file,
    truncate_file,
    sync_file,
    [](sqlite3_file* seen, sqlite3_int64* bytes) {
      const Guard guard(OpenFile::of(seen).disk->mutex());
      *bytes = static_cast<sqlite3_int64>(OpenFile::of(seen).file->bytes.size());
      return SQLITE_OK;
    },
    [](sqlite3_file* seen, int level) {
      const Guard guard(OpenFile::of(seen).disk->mutex());
      return lock_file(OpenFile::of(seen), level);
    },
    [](sqlite3_file* seen, int level) {
      const Guard guard(OpenFile::of(seen).disk->mutex());
      unlock_file(OpenFile::of(seen), level);
      return SQLITE_OK;
    },
    [](sqlite3_file* seen, int* held) {
      const Guard guard(OpenFile::of(seen).disk->mutex());
      const File& file = *OpenFile::of(seen).file;
      *held = file.reserved != nullptr || file.pending != nullptr ? 1 : 0;
      return SQLITE_OK;
    },
    control_file,
    [](sqlite3_file*) { return kSectorBytes; },
    [](sqlite3_file* seen) {
      return OpenFile::of(seen).disk->powersafe_overwrite() ? SQLITE_IOCAP_POWERSAFE_OVERWRITE : 0;
    },
    map_region,
    [](sqlite3_file* seen, int first, int count, int flags) {
      const Guard guard(OpenFile::of(seen).disk->mutex());
      return lock_region(OpenFile::of(seen), first, count, flags);
    },
    [](sqlite3_file*) { std::atomic_thread_fence(std::memory_order_seq_cst); },
    [](sqlite3_file* seen, int) {
      const Guard guard(OpenFile::of(seen).disk->mutex());
      unmap_regions(OpenFile::of(seen));
      return SQLITE_OK;
    },
    // Nothing is ever mapped: SQLite reads instead.
    [](sqlite3_file*, sqlite3_int64, int, void** page) {
      *page = nullptr;
      return SQLITE_OK;
    },
    [](sqlite3_file*, sqlite3_int64, void*) { return SQLITE_OK; },
};

}  // namespace pragmark::crash

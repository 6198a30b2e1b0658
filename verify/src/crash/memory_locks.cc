#include "crash/memory_file.h"

namespace pragmark::crash {
namespace {

bool by_another(const void* holder, const OpenFile& open) noexcept {
  return holder != nullptr && holder != &open;
}

int lock_shared(OpenFile& open) noexcept {
  File& file = *open.file;
  if (by_another(file.pending, open) || by_another(file.exclusive, open)) return SQLITE_BUSY;
  ++file.shared_locks;
  open.lock_level = SQLITE_LOCK_SHARED;
  return SQLITE_OK;
}

int lock_exclusive(OpenFile& open) noexcept {
  File& file = *open.file;
  if (by_another(file.pending, open) || by_another(file.reserved, open)) return SQLITE_BUSY;
  file.pending = &open;  // kept when the rest fails, so that readers drain
  if (open.lock_level < SQLITE_LOCK_PENDING) open.lock_level = SQLITE_LOCK_PENDING;
  if (file.shared_locks > 1) return SQLITE_BUSY;
  file.exclusive = &open;
  open.lock_level = SQLITE_LOCK_EXCLUSIVE;
  return SQLITE_OK;
}

}  // namespace

int lock_file(OpenFile& open, int level) noexcept {
  if (open.lock_level >= level) return SQLITE_OK;
  if (level == SQLITE_LOCK_SHARED) return lock_shared(open);
  if (level == SQLITE_LOCK_RESERVED) {
    File& file = *open.file;
    if (by_another(file.reserved, open) || by_another(file.pending, open)) return SQLITE_BUSY;
    file.reserved = &open;
    open.lock_level = SQLITE_LOCK_RESERVED;
    return SQLITE_OK;
  }
  return lock_exclusive(open);
}

void unlock_file(OpenFile& open, int level) noexcept {
  if (open.lock_level <= level) return;
  File& file = *open.file;
  for (const void** holder : {&file.reserved, &file.pending, &file.exclusive}) {
    if (*holder == &open) *holder = nullptr;
  }
  if (level == SQLITE_LOCK_NONE) --file.shared_locks;
  open.lock_level = level;
}

int lock_region(OpenFile& open, int first, int count, int flags) noexcept {
  File& file = *open.file;
  for (int i = first; i < first + count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const unsigned bit = 1U << static_cast<unsigned>(i);
    if ((flags & SQLITE_SHM_UNLOCK) != 0) continue;
    if ((flags & SQLITE_SHM_SHARED) != 0) {
      if (by_another(file.region_writer[at], open)) return SQLITE_BUSY;
      continue;
    }
    const int others = file.region_readers[at] - ((open.region_reads & bit) != 0 ? 1 : 0);
    if (others > 0 || by_another(file.region_writer[at], open)) return SQLITE_BUSY;
  }
  for (int i = first; i < first + count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const unsigned bit = 1U << static_cast<unsigned>(i);
    const bool unlock = (flags & SQLITE_SHM_UNLOCK) != 0;
    if ((flags & SQLITE_SHM_SHARED) != 0) {
      if (((open.region_reads & bit) != 0) != unlock) continue;  // nothing to do
      file.region_readers[at] += unlock ? -1 : 1;
      open.region_reads ^= bit;
    } else {
      file.region_writer[at] = unlock ? nullptr : &open;
      open.region_writes = unlock ? open.region_writes & ~bit : open.region_writes | bit;
    }
  }
  return SQLITE_OK;
}

void unmap_regions(OpenFile& open) noexcept {
  if (!open.mapped) return;
  File& file = *open.file;
  for (int i = 0; i < kSharedMemoryLocks; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const unsigned bit = 1U << static_cast<unsigned>(i);
    if ((open.region_reads & bit) != 0) --file.region_readers[at];
    if ((open.region_writes & bit) != 0) file.region_writer[at] = nullptr;
  }
  open.region_reads = 0;
  open.region_writes = 0;
  open.mapped = false;
  if (--file.mappings == 0) file.regions.clear();  // the next one finds it empty, and recovers
}

}  // namespace pragmark::crash

// An open file of a MemoryDisk as SQLite sees it: its methods, and the state of one connection.
#pragma once

#include <cstdint>
#include <memory>

#include <sqlite3.h>

#include "crash/memory_disk.h"

namespace pragmark::crash {

// Laid out for SQLite, which allocates it: the base first.
struct OpenFile {
  sqlite3_file base;
  MemoryDisk* disk;
  std::shared_ptr<File> file;
  bool directory_due;      // opened as a journal or WAL: its first sync syncs the directory too
  int lock_level;          // SQLITE_LOCK_NONE ..
  std::int64_t mmap_size;  // only remembered
  bool mapped;             // has the shared memory
  unsigned region_reads;   // bit i: this connection reads under lock i
  unsigned region_writes;

  [[nodiscard]] static OpenFile& of(sqlite3_file* seen) noexcept {
    return *reinterpret_cast<OpenFile*>(seen);
  }
};

extern const sqlite3_io_methods kMemoryFileMethods;

// The locks of the database file and of its shared memory, level by level as os_unix.c has them.
// REQUIRES: the disk's lock is held.
[[nodiscard]] int lock_file(OpenFile& open, int level) noexcept;
void unlock_file(OpenFile& open, int level) noexcept;
[[nodiscard]] int lock_region(OpenFile& open, int first, int count, int flags) noexcept;
void unmap_regions(OpenFile& open) noexcept;

}  // namespace pragmark::crash

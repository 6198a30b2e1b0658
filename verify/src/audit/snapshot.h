// Somebody's database as it was at one moment, read without changing a byte of it: neither of the
// database nor of its -wal, -shm and -journal, and without new files beside it.
//
// SQLite itself cannot be asked to read it. A connection to a WAL database writes its read mark
// into -shm, creates -wal and -shm where there are none, and as the last to close makes a
// checkpoint and deletes them; to a hot journal it answers by rolling back. So SQLite gets to see
// an image instead (snapshot_vfs.h), a file that it takes for immutable: for it there are no locks
// and no journals. This class makes the image, and does what a reader of SQLite does to keep it of
// one moment:
//
// 1. All files are opened with O_RDONLY, each once. Locks are read locks of fcntl().
// 2. The shared lock of the database is held to the end. In the rollback modes no writer changes
//    the file then; in WAL mode nobody leaves that mode, or deletes the WAL as the last to close.
// 3. If another process has the WAL open, a read slot of its index is held to the end, one whose
//    mark is there already (wal_index.h). Checkpoints do not go beyond that mark, and the frames
//    up to what was published when the slot was taken stay where they are. A page in one of these
//    frames is read from the WAL; no other page of the database changes.
// 4. If nobody has it open, there is no index to hold a slot of. changed_meanwhile() then tells
//    whether somebody came and wrote, in which case all of it has to be read again.
// 5. A hot journal's pages lie over those of the database, as after the rollback; the WAL's lie
//    over both. What is later than the last commit is not part of the image.
//
// Not covered: a program that changes the file without SQLite's locks, other than by 4.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "audit/database_header.h"
#include "audit/read_only_file.h"
#include "audit/rollback_journal.h"
#include "audit/wal_file.h"
#include "audit/watch.h"
#include "pragmark/verify/audit.h"

namespace pragmark::inspect {

// Owns:    the open files and their locks.
// Threads: one thread at a time.
// Errors:  the constructor throws as audit() does; read() throws Error (kind Environment).
class Snapshot {
 public:
  // `path` is absolute, without symbolic links. The watch outlives the snapshot.
  Snapshot(const std::string& path, std::chrono::milliseconds lock_wait, Watch& watch);

  // How many bytes there were; fewer than asked for at the end only.
  [[nodiscard]] std::size_t read(std::uint64_t offset, std::span<std::uint8_t> into);
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

  [[nodiscard]] const DatabaseHeader& header() const noexcept { return header_; }
  [[nodiscard]] const JournalFacts& journal() const noexcept { return journal_; }
  [[nodiscard]] const WalContent& wal() const noexcept { return wal_; }
  [[nodiscard]] const ReadOnlyFile& file() const noexcept { return file_; }
  // Frames that the index says are committed; empty while nobody has the WAL open.
  [[nodiscard]] std::optional<std::int64_t> published_frames() const noexcept {
    return published_frames_;
  }
  // Always false where locks make it impossible.
  [[nodiscard]] bool changed_meanwhile() const;

 private:
  void take_shared_lock(std::chrono::milliseconds wait);
  void look_at_rollback_journal();
  void look_at_wal(std::chrono::milliseconds wait);
  void read_header();
  struct Identities {
    std::optional<FileIdentity> database, wal, journal;
    [[nodiscard]] bool operator==(const Identities&) const = default;
  };
  [[nodiscard]] Identities identities() const;

  std::string path_;
  Watch& watch_;
  Identities before_;
  ReadOnlyFile file_;
  std::optional<ReadOnlyFile> wal_file_;
  std::optional<ReadOnlyFile> shm_file_;
  std::optional<ReadOnlyFile> journal_file_;
  WalContent wal_;
  JournalContent rollback_;
  std::optional<std::int64_t> published_frames_;
  DatabaseHeader header_;
  JournalFacts journal_;
  std::uint64_t page_size_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace pragmark::inspect

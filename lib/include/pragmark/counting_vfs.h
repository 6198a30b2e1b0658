// A VFS layer that counts what SQLite asks of the disk, and that can make it fail on purpose.
//
//   CountingVfs vfs;                                   // registered until it is destroyed
//   Store store({.path = "app.db", .vfs = vfs.name()});
//   IoCounts before = vfs.counts();
//   store.insert(topic);
//   IoCounts cost = vfs.counts() - before;             // cost.at(FileRole::Wal).syncs == 0 or 1
//
// Every call passes through to SQLite's default VFS; data and locking are unchanged.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace pragmark {

enum class FileRole { Main, Journal, Wal, Temp, Other };
inline constexpr std::size_t kFileRoles = 5;

struct FileCounts {
  std::uint64_t opens = 0;
  std::uint64_t reads = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t writes = 0;
  std::uint64_t written_bytes = 0;
  std::uint64_t syncs = 0;
  std::uint64_t truncates = 0;
  std::uint64_t deletes = 0;
  std::uint64_t mapped_reads = 0;  // pages served by memory mapping (xFetch returned one)
};

struct IoCounts {
  std::array<FileCounts, kFileRoles> files{};
  std::uint64_t checkpoints = 0;      // WAL checkpoints that copied frames to the database
  std::uint64_t full_syncs = 0;       // syncs asked for with SQLITE_SYNC_FULL, by fullfsync
  std::uint64_t directory_syncs = 0;  // deletes that asked for the directory to be synced
  std::uint64_t wal_bytes_max = 0;    // the furthest end of a write to a WAL file, ever

  [[nodiscard]] const FileCounts& at(FileRole role) const {
    return files[static_cast<std::size_t>(role)];
  }
  [[nodiscard]] std::uint64_t syncs() const;  // of all files
  // Differences of totals; wal_bytes_max stays the maximum of the left side.
  [[nodiscard]] IoCounts operator-(const IoCounts& earlier) const;
};

// Which calls an injected failure hits.
enum class FailingCall { Write, Sync, Any };

// Owns:    its registration with SQLite. Must outlive every connection that uses it.
// Threads: every member may be called by any number of threads at once; connections on different
//          threads count without sharing a cache line.
// Errors:  the constructor throws Error when SQLite refuses the registration.
class CountingVfs {
 public:
  CountingVfs();
  ~CountingVfs();
  CountingVfs(const CountingVfs&) = delete;
  CountingVfs& operator=(const CountingVfs&) = delete;

  [[nodiscard]] const std::string& name() const noexcept;
  // A snapshot; exact when no connection is at work.
  [[nodiscard]] IoCounts counts() const;

  // Lets `calls` more calls of this kind pass, then fails every one: writes with SQLITE_FULL,
  // syncs with SQLITE_IOERR_FSYNC. For tests.
  void fail_after(std::uint64_t calls, FailingCall which = FailingCall::Any);
  void stop_failing() noexcept;

  class State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace pragmark

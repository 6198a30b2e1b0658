// A file of somebody else: opened for reading, never for anything more, with the locks that SQLite
// takes on it as a reader. A read lock (fcntl) changes no byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace pragmark::inspect {

// Tells whether a file was changed or replaced in between.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t bytes = 0;
  std::int64_t modified_ns = 0;
  [[nodiscard]] bool operator==(const FileIdentity&) const = default;
};

struct LockRange {
  std::int64_t begin;
  std::int64_t length;
};

enum class LockOutcome {
  Taken,
  Conflict,     // another process holds a lock that excludes ours
  Unsupported,  // this filesystem has none
};

// Owns:    the descriptor, and with it the locks. Move-only.
// Threads: one thread at a time.
// Errors:  members not marked noexcept throw Error (kind Environment), naming the path.
class ReadOnlyFile {
 public:
  // Empty when there is no such file. Throws Error (kind Usage) when it is not a regular file or
  // may not be read; never waits, not even for the writer of a pipe.
  [[nodiscard]] static std::optional<ReadOnlyFile> open(const std::string& path);

  ~ReadOnlyFile();
  ReadOnlyFile(ReadOnlyFile&& other) noexcept;
  ReadOnlyFile& operator=(ReadOnlyFile&& other) noexcept;
  ReadOnlyFile(const ReadOnlyFile&) = delete;
  ReadOnlyFile& operator=(const ReadOnlyFile&) = delete;

  // How many bytes there were; fewer than asked for at the end of the file only.
  [[nodiscard]] std::size_t read(std::uint64_t offset, std::span<std::uint8_t> into) const;
  [[nodiscard]] FileIdentity identity() const;
  [[nodiscard]] std::uint64_t links() const;

  // Never wait.
  [[nodiscard]] LockOutcome lock_for_reading(LockRange range) const noexcept;
  void unlock(LockRange range) const noexcept;
  // Whether another process holds any lock in the range.
  [[nodiscard]] bool locked_elsewhere(LockRange range) const noexcept;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  ReadOnlyFile(std::string path, int descriptor)
      : path_(std::move(path)), descriptor_(descriptor) {}
  [[noreturn]] void fail(const char* operation) const;

  std::string path_;
  int descriptor_;
};

// What lies at the path now; empty when nothing does.
[[nodiscard]] std::optional<FileIdentity> identity_of(const std::string& path) noexcept;

}  // namespace pragmark::inspect

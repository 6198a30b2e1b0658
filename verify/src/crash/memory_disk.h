// A disk in memory: named files with locks and shared memory of their own, so that several
// connections can work on one database without touching a real disk. A listener is told of every
// change in the order in which it happens.
//
// Names and files are apart, as on a real disk: a file that is removed lives on in whoever has it
// open, and a name that is created anew is another file.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pragmark::crash {

using Bytes = std::vector<unsigned char>;

inline constexpr int kSectorBytes = 4096;  // what the unix VFS reports on Linux

// Who wants to know of changes. Called with the disk's lock held, one call at a time, before the
// change is made. What a call returns is an SQLite result code: anything but SQLITE_OK becomes the
// result of the operation, which is then not done.
class IoListener {
 public:
  IoListener() = default;
  virtual ~IoListener() = default;
  IoListener(const IoListener&) = delete;
  IoListener& operator=(const IoListener&) = delete;

  virtual int created(std::string_view name, std::uint32_t file) = 0;
  virtual int removed(std::string_view name, std::uint32_t file) = 0;
  virtual int directory_synced() = 0;
  virtual int written(std::uint32_t file, std::int64_t offset,
                      std::span<const unsigned char> bytes) = 0;
  virtual int truncated(std::uint32_t file, std::int64_t bytes) = 0;
  virtual int synced(std::uint32_t file, int flags) = 0;
};

inline constexpr int kSharedMemoryLocks = 8;  // SQLITE_SHM_NLOCK

// One file, whatever its names are. Guarded by the disk's lock.
struct File {
  std::uint32_t id = 0;
  Bytes bytes;
  bool recorded = true;  // temporary files are not

  int shared_locks = 0;  // connections with a lock of level SHARED or above
  const void* reserved = nullptr;
  const void* pending = nullptr;
  const void* exclusive = nullptr;

  int mappings = 0;  // connections that have the shared memory
  std::vector<std::unique_ptr<char[]>> regions;
  std::array<int, kSharedMemoryLocks> region_readers{};
  std::array<const void*, kSharedMemoryLocks> region_writer{};
};

// Owns:    the files.
// Threads: any number at once, through lock(); the plain members by one thread while no connection
//          is open.
// Errors:  none of its own.
class MemoryDisk {
 public:
  // Without `powersafe_overwrite`, SQLite is told that a write may damage what lies beside it in
  // its sector (https://www.sqlite.org/psow.html).
  explicit MemoryDisk(bool powersafe_overwrite = true)
      : powersafe_overwrite_(powersafe_overwrite) {}
  MemoryDisk(const MemoryDisk&) = delete;
  MemoryDisk& operator=(const MemoryDisk&) = delete;

  [[nodiscard]] bool powersafe_overwrite() const noexcept { return powersafe_overwrite_; }
  [[nodiscard]] std::mutex& mutex() noexcept { return mutex_; }
  // Null for nobody.
  void tell(IoListener* listener) noexcept { listener_ = listener; }
  [[nodiscard]] IoListener* listener() const noexcept { return listener_; }

  // The functions below are to be called with the lock held, or with no connection open.
  [[nodiscard]] std::shared_ptr<File> find(std::string_view name) const;
  std::shared_ptr<File> create(std::string_view name);
  [[nodiscard]] std::shared_ptr<File> create_unnamed();
  void remove(std::string_view name);
  void clear() { names_.clear(); }
  [[nodiscard]] const std::map<std::string, std::shared_ptr<File>, std::less<>>& names()
      const noexcept {
    return names_;
  }

 private:
  bool powersafe_overwrite_;
  std::mutex mutex_;
  IoListener* listener_ = nullptr;
  std::uint32_t next_id_ = 0;
  std::map<std::string, std::shared_ptr<File>, std::less<>> names_;
};

}  // namespace pragmark::crash

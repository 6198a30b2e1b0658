// The coalescing VFS. What a WAL file looks like
// (https://www.sqlite.org/fileformat2.html#walformat): a header of 32 bytes that holds the page
// size, then frames, each a header of 24 bytes and a page. Bytes 4 to 7 of a frame's header are
// zero unless the frame commits.
//
// Frames are kept from the moment when this connection takes the write lock of the WAL until
//   a. the page of a committing frame has come: written before that xWrite returns, so that an
//      error is the error of the commit, and nobody is told of frames that are not in the file;
//   b. the connection syncs, reads, truncates or asks for the size of the WAL: written before;
//   c. it gives the write lock up, or closes: dropped.
//
// Invariants:
// 1. What is kept begins with a frame header, is contiguous, and holds no complete commit. So there
//    is nothing of ours to be written when SQLite publishes a commit (xShmBarrier, then the header
//    of the wal-index), which could not report an error any more.
// 2. What is kept was never published: dropping it (c) loses nothing that anybody may read. It must
//    be dropped, since after the lock is gone the next writer's frames belong there.
// 3. Only frames beyond the end of what this connection wrote since it took the lock are kept.
//    SQLite goes back to earlier ones to replace a page or to correct checksums; those pass
//    through.
// 4. When kept frames could not be written, every write fails until the lock is given up, so that
//    the transaction cannot commit. SQLite has to be told again: it may hear of the error from a
//    read, for which it undoes one statement at most, and the frames may be those of another.
//
// Not covered: locking_mode=EXCLUSIVE takes no lock of the wal-index, so that nothing is kept.
#include "pragmark/coalescing_vfs.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "vfs_layer.h"

namespace pragmark {
namespace {

using internal::ForwardingFile;
using internal::OpenedFile;

constexpr sqlite3_int64 kWalHeaderBytes = 32;
constexpr int kFrameHeaderBytes = 24;
constexpr std::size_t kPageSizeAt = 8;  // in the WAL's header
constexpr std::size_t kCommitAt = 4;    // in a frame's header
constexpr int kWriteLock = 0;           // WAL_WRITE_LOCK among the locks of the wal-index

// Bounds the memory: a large transaction goes out in parts.
constexpr std::size_t kMostKept = 256 * 1024;    // bytes
constexpr std::size_t kLargestPage = 64 * 1024;  // bytes
constexpr std::int64_t kNothingLost = std::numeric_limits<std::int64_t>::max();
// The unix VFS takes the lowest 17 bits of a length: it would write 131,072 bytes as none.
constexpr std::size_t kLargestWrite = 64 * 1024;  // bytes

std::uint32_t big_endian(const unsigned char* bytes) noexcept {
  return (std::uint32_t{bytes[0]} << 24U) | (std::uint32_t{bytes[1]} << 16U) |
         (std::uint32_t{bytes[2]} << 8U) | std::uint32_t{bytes[3]};
}

class CoalescingFile;

}  // namespace

class CoalescingVfs::Layer : public internal::VfsLayer<CoalescingVfs::Layer, CoalescingFile> {
 public:
  explicit Layer(const std::string& below)
      : VfsLayer(below, internal::unique_vfs_name("coalescing")) {}
};

namespace {

// The main file of a database or its WAL; a pair belongs to one connection. Other files forward.
class CoalescingFile : public ForwardingFile {
 public:
  CoalescingFile(CoalescingVfs::Layer& /*layer*/, const OpenedFile& opened)
      : ForwardingFile(opened.real) {
    if ((opened.flags & SQLITE_OPEN_WAL) == 0) return;
    sqlite3_file* main = sqlite3_database_file_object(opened.path);
    if (!CoalescingVfs::Layer::opened(main)) return;  // another layer stands in front of this one
    partner_ = &internal::FileSlot<CoalescingFile>::of(main);
    partner_->partner_ = this;
    kept_.reserve(kMostKept + kFrameHeaderBytes +
                  kLargestPage);  // no allocation, no exception, later
  }

  int close() {
    if (partner_ != nullptr) partner_->partner_ = nullptr;
    return ForwardingFile::close();
  }

  // The lock is asked of the main file, for the WAL.
  int shm_lock(int first, int count, int flags) {
    const bool writing = first == kWriteLock && (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    if (writing && (flags & SQLITE_SHM_UNLOCK) != 0 && partner_ != nullptr) partner_->end_writing();
    const int code = ForwardingFile::shm_lock(first, count, flags);
    if (writing && (flags & SQLITE_SHM_LOCK) != 0 && code == SQLITE_OK) {
      if (partner_ != nullptr) partner_->begin_writing();
    }
    return code;
  }

  int write(const void* from, int bytes, sqlite3_int64 offset) {
    if (lost_ != SQLITE_OK) return lost_;
    if (!writing_) return ForwardingFile::write(from, bytes, offset);
    const std::span<const unsigned char> data(static_cast<const unsigned char*>(from),
                                              static_cast<std::size_t>(bytes));
    const std::int64_t end = offset + bytes;
    if (continues(data.size(), offset)) {
      keep(data);
      end_ = end;
      const bool page = bytes != kFrameHeaderBytes;
      if (!page) commits_ = big_endian(&data[kCommitAt]) != 0;
      return (page && commits_) || kept_.size() >= kMostKept ? flush() : SQLITE_OK;
    }
    int code = flush();
    if (code == SQLITE_OK) code = ForwardingFile::write(from, bytes, offset);
    if (code == SQLITE_OK) end_ = std::max(end_, end);
    if (offset == 0) learn_page_size(data);
    return code;
  }

  int read(void* into, int bytes, sqlite3_int64 offset) {
    int code = flush();
    if (code == SQLITE_OK && offset + bytes > lost_from_) code = lost_;
    return code == SQLITE_OK ? ForwardingFile::read(into, bytes, offset) : code;
  }
  int truncate(sqlite3_int64 bytes) {
    const int code = flush();
    return code == SQLITE_OK ? ForwardingFile::truncate(bytes) : code;
  }
  int sync(int flags) {
    const int code = flush();
    return code == SQLITE_OK ? ForwardingFile::sync(flags) : code;
  }
  int file_size(sqlite3_int64* bytes) {
    const int code = flush();
    return code == SQLITE_OK ? ForwardingFile::file_size(bytes) : code;
  }

 private:
  void begin_writing() {
    writing_ = true;
    end_ = 0;  // others may have written since
    if (page_bytes_ != 0) return;
    std::array<unsigned char, kWalHeaderBytes> header{};
    const int code = ForwardingFile::read(header.data(), static_cast<int>(header.size()), 0);
    if (code == SQLITE_OK) learn_page_size(header);
  }

  void end_writing() noexcept {
    writing_ = false;
    kept_.clear();
    lost_ = SQLITE_OK;
    lost_from_ = kNothingLost;
  }

  // The page size of a database in WAL mode does not change.
  void learn_page_size(std::span<const unsigned char> wal_header) noexcept {
    if (wal_header.size() < kWalHeaderBytes) return;
    page_bytes_ = big_endian(&wal_header[kPageSizeAt]);
  }

  // Whether these bytes are the next part of what is kept, or a frame header that may begin it.
  [[nodiscard]] bool continues(std::size_t bytes, sqlite3_int64 offset) const noexcept {
    if (page_bytes_ == 0 || offset < kWalHeaderBytes) return false;
    if (kept_.empty() ? offset < end_ : offset != end_) return false;
    const auto frame_bytes = static_cast<sqlite3_int64>(page_bytes_ + kFrameHeaderBytes);
    const sqlite3_int64 into_frame = (offset - kWalHeaderBytes) % frame_bytes;
    if (into_frame == 0) return bytes == kFrameHeaderBytes;
    return !kept_.empty() && into_frame == kFrameHeaderBytes && bytes == page_bytes_;
  }

  void keep(std::span<const unsigned char> data) {
    kept_.insert(kept_.end(), data.begin(), data.end());
  }

  // Writes what is kept. Nothing is kept afterwards, also when it failed.
  int flush() {
    if (kept_.empty()) return SQLITE_OK;
    const std::int64_t begin = end_ - static_cast<std::int64_t>(kept_.size());
    int code = SQLITE_OK;
    for (std::size_t done = 0; done < kept_.size() && code == SQLITE_OK; done += kLargestWrite) {
      const std::size_t part = std::min(kLargestWrite, kept_.size() - done);
      code = ForwardingFile::write(&kept_[done], static_cast<int>(part),
                                   begin + static_cast<std::int64_t>(done));
    }
    kept_.clear();
    if (code != SQLITE_OK) {
      lost_ = code;
      lost_from_ = begin;
    }
    return code;
  }

  CoalescingFile* partner_ = nullptr;  // the WAL's main file, the main file's WAL
  // Of the WAL:
  bool writing_ = false;          // this connection has the write lock
  bool commits_ = false;          // the last frame header that was kept
  std::uint32_t page_bytes_ = 0;  // 0: not known yet
  std::int64_t end_ = 0;          // of what was written or kept since the lock was taken
  int lost_ = SQLITE_OK;          // the error with which kept frames were lost, from there on
  std::int64_t lost_from_ = kNothingLost;
  std::vector<unsigned char> kept_;
};

}  // namespace

CoalescingVfs::CoalescingVfs(const std::string& below) : layer_(std::make_unique<Layer>(below)) {}

CoalescingVfs::~CoalescingVfs() = default;

const std::string& CoalescingVfs::name() const noexcept { return layer_->name(); }

}  // namespace pragmark

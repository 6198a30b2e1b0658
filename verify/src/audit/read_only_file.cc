#include "audit/read_only_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "pragmark/error.h"

namespace pragmark::inspect {
namespace {

constexpr std::int64_t kNanoseconds = 1'000'000'000;

FileIdentity identity_from(const struct stat& status) {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .bytes = status.st_size,
          .modified_ns = status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec};
}

std::string kind_of_file(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory; give the path of the database in it";
  if (S_ISFIFO(mode)) return "a pipe; give the path of a file";
  if (S_ISSOCK(mode)) return "a socket; give the path of a file";
  return "a device; give the path of a file";
}

struct flock lock_request(int type, LockRange range) {
  struct flock request = {};
  request.l_type = static_cast<short>(type);
  request.l_whence = SEEK_SET;
  request.l_start = range.begin;
  request.l_len = range.length;
  return request;
}

}  // namespace

std::optional<ReadOnlyFile> ReadOnlyFile::open(const std::string& path) {
  // NONBLOCK: opening a pipe would wait for its other end. Without effect on a regular file.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    const std::string cause = std::error_code(errno, std::generic_category()).message();
    throw Error::usage(fmt::format("{}: {} (is it a file that this user may read?)", path, cause));
  }
  ReadOnlyFile file(path, descriptor);
  struct stat status = {};
  if (::fstat(descriptor, &status) != 0) file.fail("look at");
  if (!S_ISREG(status.st_mode)) {
    throw Error::usage(fmt::format("{}: it is {}", path, kind_of_file(status.st_mode)));
  }
  return file;
}

ReadOnlyFile::~ReadOnlyFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

ReadOnlyFile::ReadOnlyFile(ReadOnlyFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

ReadOnlyFile& ReadOnlyFile::operator=(ReadOnlyFile&& other) noexcept {
  path_.swap(other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

void ReadOnlyFile::fail(const char* operation) const {
  const std::error_code cause(errno, std::generic_category());
  throw Error::environment(operation, cause.message() + " (check the disk's health)", path_);
}

std::size_t ReadOnlyFile::read(std::uint64_t offset, std::span<std::uint8_t> into) const {
  std::size_t got = 0;
  while (got < into.size()) {
    const ssize_t more = ::pread(descriptor_, into.data() + got, into.size() - got,
                                 static_cast<off_t>(offset + got));
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) fail("read");
    if (more == 0) break;
    got += static_cast<std::size_t>(more);
  }
  return got;
}

FileIdentity ReadOnlyFile::identity() const {
  struct stat status = {};
  if (::fstat(descriptor_, &status) != 0) fail("look at");
  return identity_from(status);
}

std::uint64_t ReadOnlyFile::links() const {
  struct stat status = {};
  if (::fstat(descriptor_, &status) != 0) fail("look at");
  return status.st_nlink;
}

LockOutcome ReadOnlyFile::lock_for_reading(LockRange range) const noexcept {
  struct flock request = lock_request(F_RDLCK, range);
  if (::fcntl(descriptor_, F_SETLK, &request) == 0) return LockOutcome::Taken;
  return errno == EACCES || errno == EAGAIN ? LockOutcome::Conflict : LockOutcome::Unsupported;
}

void ReadOnlyFile::unlock(LockRange range) const noexcept {
  struct flock request = lock_request(F_UNLCK, range);
  static_cast<void>(::fcntl(descriptor_, F_SETLK, &request));  // what is left goes with close()
}

bool ReadOnlyFile::locked_elsewhere(LockRange range) const noexcept {
  // A write lock would conflict with everything. It is asked about, not taken.
  struct flock request = lock_request(F_WRLCK, range);
  return ::fcntl(descriptor_, F_GETLK, &request) == 0 && request.l_type != F_UNLCK;
}

std::optional<FileIdentity> identity_of(const std::string& path) noexcept {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return identity_from(status);
}

}  // namespace pragmark::inspect

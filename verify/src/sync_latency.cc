#include "sync_latency.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <string>
#include <system_error>

#include "pragmark/error.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {
namespace {

constexpr std::size_t kAppendBytes = 4096;

// REQUIRES: `sorted` is not empty, 0 < share <= 1.
double nearest_rank(const std::vector<double>& sorted, double share) {
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[static_cast<std::size_t>(std::max(1.0, rank)) - 1];
}

}  // namespace

SyncLatency sync_latency_of(std::vector<double>& samples_us) {
  if (samples_us.empty()) return {};
  std::ranges::sort(samples_us);
  return {.n = samples_us.size(),
          .p50_us = nearest_rank(samples_us, 0.50),
          .p90_us = nearest_rank(samples_us, 0.90),
          .p99_us = nearest_rank(samples_us, 0.99),
          .max_us = samples_us.back()};
}

class SyncProbe::File {
 public:
  explicit File(const std::filesystem::path& directory)
      : scratch_(directory),
        path_(scratch_.file("fdatasync")),
        descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) fail("create");
    bytes_.fill('p');
  }
  ~File() { close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void append() {
    const ssize_t written = ::write(descriptor_, bytes_.data(), bytes_.size());
    if (written < 0) fail("write to");
    if (static_cast<std::size_t>(written) < bytes_.size()) {
      throw Error::environment("write to", "the disk is full; free some space", path_);
    }
  }
  void sync() {
    if (::fdatasync(descriptor_) != 0) fail("sync");
  }
  void remove() {
    close();
    scratch_.remove();
  }

 private:
  [[noreturn]] void fail(std::string_view operation) const {
    const std::error_code cause(errno, std::generic_category());
    throw Error::environment(operation, cause.message() + " (check the disk's space and quota)",
                             path_);
  }
  void close() noexcept {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

  ScratchDirectory scratch_;
  std::string path_;
  int descriptor_;
  std::array<char, kAppendBytes> bytes_;
};

SyncProbe::SyncProbe(const std::filesystem::path& directory)
    : file_(std::make_unique<File>(directory)) {}

SyncProbe::~SyncProbe() = default;

double SyncProbe::sample_us() {
  using Clock = std::chrono::steady_clock;
  file_->append();
  const Clock::time_point before = Clock::now();
  file_->sync();
  return std::chrono::duration<double, std::micro>(Clock::now() - before).count();
}

void SyncProbe::remove() { file_->remove(); }

}  // namespace pragmark

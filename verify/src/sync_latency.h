// What a sync costs: an append of 4 KiB to a scratch file, then fdatasync, which alone is timed.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "pragmark/verify/environment.h"

namespace pragmark {

// Nearest rank: every value was seen. Changes the order. No samples: n is 0.
[[nodiscard]] SyncLatency sync_latency_of(std::vector<double>& samples_us);

// Owns:    a scratch directory in `directory` with one file.
// Threads: one thread at a time.
// Errors:  construction, sample_us() and remove() throw Error (kind Environment), naming the path,
//          when the disk is full, or takes no file.
class SyncProbe {
 public:
  explicit SyncProbe(const std::filesystem::path& directory);
  ~SyncProbe();
  SyncProbe(const SyncProbe&) = delete;
  SyncProbe& operator=(const SyncProbe&) = delete;

  [[nodiscard]] double sample_us();
  // As the destructor, but says when something remains.
  void remove();

 private:
  class File;
  std::unique_ptr<File> file_;
};

}  // namespace pragmark

// What this machine is and how far figures from it can be trusted: for the verifier's report and
// for the context of every benchmark result.
//
//   Environment here = probe_environment(".");
//   for (const std::string& warning : here.filesystem_warnings) warn(warning);
//
// Reads /proc and /sys only; runs no program, asks no network. What cannot be found out is
// "unknown", never guessed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pragmark {

struct Environment {
  std::string directory;  // absolute, symbolic links resolved
  std::string cpu_model;
  int cpu_count = 0;              // that this process may run on
  std::int64_t memory_bytes = 0;  // of the machine; a container's limit is not looked at
  std::string kernel;             // "Linux 6.1.0 x86_64"
  std::string virtualization;     // "none", "kvm", "docker on kvm", "unknown"..
  std::string filesystem;         // type of the directory's filesystem: "ext4"
  std::string block_device;       // what is mounted, with its model where /sys knows it
  std::string mount_options;      // comma-separated
  // Median time of fdatasync after an append of 4 KiB: what the cheapest durable commit costs.
  double fdatasync_us_p50 = 0;
  std::vector<std::string> filesystem_warnings;  // one sentence each; empty when all is well
};

// Writes nothing: fdatasync_us_p50 stays 0, and filesystem_warnings do not speak of it. Throws
// Error (kind Environment) when there is no such directory.
[[nodiscard]] Environment describe_environment(const std::filesystem::path& directory);

// Appends to a scratch file in `directory` for half a second at most; the file is gone afterwards.
// Throws Error (kind Environment) when `directory` is missing, not writable or full.
[[nodiscard]] Environment probe_environment(const std::filesystem::path& directory);

// How much of the processors' time the hypervisor gave to other guests since construction: figures
// measured meanwhile are too low by at least this share.
//
// Owns:    two numbers.
// Threads: const members may be called by any number of threads at once.
// Errors:  none; a machine that does not say gives no value.
class StealMeter {
 public:
  StealMeter();
  // 0 to 100; empty when /proc/stat cannot be read.
  [[nodiscard]] std::optional<double> percent() const;

 private:
  std::uint64_t stolen_ticks_ = 0;
  std::uint64_t total_ticks_ = 0;
  bool known_ = false;
};

}  // namespace pragmark

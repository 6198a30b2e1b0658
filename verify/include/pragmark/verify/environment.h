// What this machine is and how far figures from it can be trusted: for the verifier's report and
// for the context of every benchmark result. environment_grade.h draws the conclusion.
//
//   Environment here = probe_environment(".");
//   for (const std::string& warning : here.filesystem_warnings) warn(warning);
//
// Reads /proc and /sys only; runs no program, asks no network. What cannot be found out is
// "unknown", never guessed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pragmark {

// What a control group allows. A limit of a parent counts as far as its folder can be seen.
struct Limit {
  enum class Kind { Unknown, None, Set };
  Kind kind = Kind::Unknown;
  double value = 0;  // when Set
};

// /sys/block/DEVICE/queue, as the kernel has it: what lies below a virtual disk it does not know.
struct BlockQueue {
  std::string scheduler = "unknown";
  std::string nr_requests = "unknown";
  std::string write_cache = "unknown";  // "write back", "write through"
  std::string rotational = "unknown";   // "0" or "1"
};

// fdatasync after an append of 4 KiB: what the cheapest durable commit costs.
struct SyncLatency {
  std::size_t n = 0;  // 0: not measured
  double p50_us = 0;
  double p90_us = 0;
  double p99_us = 0;
  double max_us = 0;
};

// The same piece of work again and again over the run.
struct Drift {
  std::size_t n = 0;
  double robust_cv_percent = 0;  // 1.4826 times the median absolute deviation, of the median
  double last_to_first = 1;      // median of the last third over that of the first
};

struct Environment {
  std::string directory;  // absolute, symbolic links resolved
  std::string cpu_model;
  int cpu_count = 0;              // that this process may run on
  std::int64_t memory_bytes = 0;  // of the machine; memory_limit is the control group's
  std::string kernel;             // "Linux 6.1.0 x86_64"
  std::string virtualization;     // "none", "kvm", "docker on kvm", "unknown"..
  std::string filesystem;         // type of the directory's filesystem: "ext4"
  std::string block_device;       // what is mounted, with its model where /sys knows it
  std::string mount_options;      // comma-separated
  SyncLatency sync_latency;
  std::vector<std::string> filesystem_warnings;  // one sentence each; empty when all is well

  int cpus_online = 0;                 // of the machine
  Limit cpu_quota;                     // in processors: 1.5
  Limit memory_limit;                  // in bytes
  std::string governor = "unknown";    // of cpufreq; several are separated by commas
  std::optional<double> load_average;  // of the minute before the measurements
  BlockQueue queue;
  std::string clock_source = "unknown";
  std::optional<double> clock_read_ns{};  // what one look at the steady clock costs

  // Measured over a run, by measure_environment() or by whoever runs something longer.
  std::optional<double> steal_percent;
  std::optional<Drift> cpu_drift;   // a fixed piece of work on one processor
  std::optional<Drift> sync_drift;  // the median sync of each round
  double seconds = 0;               // that the run took
};

// Writes nothing: neither syncs nor the clock are measured, and filesystem_warnings do not speak of
// them. Throws Error (kind Environment) when there is no such directory.
[[nodiscard]] Environment describe_environment(const std::filesystem::path& directory);

// Appends to a scratch file in `directory` for half a second at most; the file is gone afterwards.
// Throws Error (kind Environment) when `directory` is missing, not writable or full.
[[nodiscard]] Environment probe_environment(const std::filesystem::path& directory);

// Everything above: takes turns at a fixed piece of work and at syncs for `duration`, and for some
// rounds at least. Throws as probe_environment(), and Interrupted.
[[nodiscard]] Environment measure_environment(const std::filesystem::path& directory,
                                              std::chrono::milliseconds duration);

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

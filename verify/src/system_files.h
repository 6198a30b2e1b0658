// What the texts of /proc and /sys say. Every function is pure, text in and value out, so that it
// is tested with texts of machines that are not at hand; environment.cc does the reading.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pragmark::system_files {

// /proc/cpuinfo: "model name" (x86), "Model" or "Hardware" (ARM boards); empty when it has none.
[[nodiscard]] std::string cpu_model(std::string_view cpuinfo);
// /proc/cpuinfo: the processor says that a hypervisor runs it (x86 only).
[[nodiscard]] bool has_hypervisor_flag(std::string_view cpuinfo);

struct CpuTicks {
  std::uint64_t stolen;
  std::uint64_t total;  // guest time is part of user time and not counted twice
};
// The first line of /proc/stat.
[[nodiscard]] std::optional<CpuTicks> cpu_ticks(std::string_view stat);
// 0 when no time passed.
[[nodiscard]] double steal_percent(const CpuTicks& before, const CpuTicks& after) noexcept;

struct Mount {
  std::string root;  // the folder of the filesystem that is mounted; "/" but for binds and cgroups
  std::string mount_point;
  std::string filesystem;  // type
  std::string source;      // "/dev/vda1", "tmpfs", "server:/export"
  std::string options;     // of the mount, then of the filesystem, each once
  std::string device;      // "254:0"
};
// All of /proc/self/mountinfo, but for lines that cannot be read.
[[nodiscard]] std::vector<Mount> mounts(std::string_view mountinfo);
// The mount of /proc/self/mountinfo that holds `directory`: the longest mount point that is one of
// its parents; of several on one point, the last, which covers the others.
// REQUIRES: `directory` is absolute, without symbolic links.
[[nodiscard]] std::optional<Mount> mount_of(std::string_view mountinfo, std::string_view directory);

// Everything that tells a virtual machine or a container; empty where there is no such file.
struct VirtualizationHints {
  std::string dmi;                   // vendor and product names, any separator
  std::string hypervisor_type;       // /sys/hypervisor/type
  bool hypervisor_flag = false;      // of the processor
  bool processor_would_tell = true;  // x86: no flag means no hypervisor
  std::string kernel_release;
  std::string container;  // /run/systemd/container
  std::string cgroup;     // /proc/1/cgroup
  bool docker_file = false;
  bool podman_file = false;
};
// "none", "kvm", "docker on kvm", "virtual machine (hypervisor not named)", "unknown"..
[[nodiscard]] std::string virtualization(const VirtualizationHints& hints);

// /proc/loadavg: of the last minute.
[[nodiscard]] std::optional<double> load_average(std::string_view loadavg);

// /sys/block/DEVICE/queue/scheduler: "mq-deadline" of "none [mq-deadline] kyber"; else "unknown".
[[nodiscard]] std::string chosen_scheduler(std::string_view scheduler);

}  // namespace pragmark::system_files

// What caps the grade of a machine: one table, at the end. To add a cap, write its function (facts
// in; a sentence with the measured value, or nothing) and its row; its test is a row as well.
#include "environment_caps.h"

#include <algorithm>
#include <array>
#include <ranges>

#include <fmt/format.h>

namespace pragmark {
namespace {

// An append changes the file's size, so a sync that keeps its word waits for the disk twice: for
// the data, then for the journal's record of the size. The fastest disks that keep what they
// acknowledge (power-loss protection, or 3D XPoint) answer one write in 6 us at best. Persistent
// memory that is mapped into the file (dax) has no such wait.
constexpr double kHonestSyncUs = 10.0;

constexpr double kStealPercent = 1.0;  // as much as a gate's smallest effect; more hides it
constexpr double kHeavyStealPercent = 10.0;

// The same work takes within 2% of itself on a quiet machine.
constexpr double kCpuDrift = 1.05;
constexpr double kCpuCvPercent = 5.0;
constexpr double kHeavyCpuDrift = 1.5;
constexpr double kHeavyCpuCvPercent = 30.0;
// Disks vary more, and a journal wraps.
constexpr double kSyncDrift = 1.25;

constexpr double kSomeLoad = 0.5;   // processors
constexpr double kBusyShare = 0.5;  // of the processors

// A request from the cache takes about 2,000 ns, and each is timed by one look at the clock.
constexpr double kSlowClockNs = 100.0;

// Memory, layers and networks: where a figure for a disk cannot come from.
constexpr std::array kMemory = {"tmpfs", "ramfs"};
constexpr std::array kLayers = {"overlay", "aufs"};
constexpr std::array kNetworks = {"nfs",  "nfs4", "cifs",   "smb3", "smbfs",
                                  "ceph", "afs",  "lustre", "gfs2", "ocfs2"};
constexpr std::array kProxies = {"9p", "virtiofs", "vboxsf", "prl_fs", "vmhgfs"};
constexpr std::array kMemoryDevices = {"/dev/zram", "/dev/ram"};
constexpr std::array kWithoutBarriers = {"nobarrier", "barrier=0", "barrier=none", "volatile"};
constexpr std::array kMovingGovernors = {"powersave", "ondemand", "conservative", "schedutil"};

bool is_one_of(std::string_view text, const auto& names) {
  return std::ranges::find(names, text) != std::ranges::end(names);
}

bool is_fuse(std::string_view filesystem) {
  return filesystem == "fuse" || filesystem.starts_with("fuse.");
}

std::string memory_filesystem(const Environment& here) {
  if (!is_one_of(here.filesystem, kMemory)) return {};
  return fmt::format("{} is memory, not a disk: syncs cost nothing and nothing survives the power",
                     here.filesystem);
}

std::string layered_filesystem(const Environment& here) {
  if (!is_one_of(here.filesystem, kLayers)) return {};
  return fmt::format(
      "{} is a container's layer: a database belongs on a volume, and runs at another speed there",
      here.filesystem);
}

std::string network_filesystem(const Environment& here) {
  if (!is_one_of(here.filesystem, kNetworks)) return {};
  return fmt::format(
      "{} is a network filesystem: WAL needs memory shared between all its users, and locks may "
      "lie",
      here.filesystem);
}

std::string proxied_filesystem(const Environment& here) {
  if (!is_fuse(here.filesystem) && !is_one_of(here.filesystem, kProxies)) return {};
  return fmt::format(
      "{} is served by another program or the host: its syncs and locks are as good as that "
      "program's",
      here.filesystem);
}

std::string unknown_filesystem(const Environment& here) {
  if (here.filesystem != "unknown") return {};
  return "it is not known what filesystem this is, nor whether it keeps anything";
}

std::string memory_device(const Environment& here) {
  const auto backs = [&](std::string_view name) { return here.block_device.starts_with(name); };
  if (std::ranges::none_of(kMemoryDevices, backs)) return {};
  return fmt::format("{} is memory, not a disk: nothing survives the power", here.block_device);
}

std::string no_barrier(const Environment& here) {
  for (const auto part : std::views::split(here.mount_options, ',')) {
    const std::string_view option(part.begin(), part.end());
    if (!is_one_of(option, kWithoutBarriers)) continue;
    return fmt::format("mounted with {}: a sync does not reach the disk", option);
  }
  return {};
}

bool has_option(const Environment& here, std::string_view wanted) {
  const auto is_it = [&](const auto part) {
    const std::string_view option(part.begin(), part.end());
    return option == wanted || option.starts_with(fmt::format("{}=", wanted));
  };
  return std::ranges::any_of(std::views::split(here.mount_options, ','), is_it);
}

// Where another row says why syncs are fast, this one has nothing to add.
std::string fast_sync(const Environment& here) {
  const bool explained = !memory_filesystem(here).empty() || !layered_filesystem(here).empty() ||
                         !network_filesystem(here).empty() || !proxied_filesystem(here).empty() ||
                         !memory_device(here).empty() || !no_barrier(here).empty();
  const SyncLatency& sync = here.sync_latency;
  if (explained || sync.n == 0 || sync.p50_us >= kHonestSyncUs || has_option(here, "dax")) {
    return {};
  }
  return fmt::format(
      "fdatasync takes {:.1f} us, implausibly little: something on the way does not write to the "
      "disk, and a power cut may cost more than the PRAGMA set promises",
      sync.p50_us);
}

std::string heavy_steal(const Environment& here) {
  if (here.steal_percent.value_or(0) < kHeavyStealPercent) return {};
  return fmt::format("other guests took {:.1f}% of the processors' time (steal)",
                     *here.steal_percent);
}

std::string steal(const Environment& here) {
  const double percent = here.steal_percent.value_or(0);
  if (percent < kStealPercent || percent >= kHeavyStealPercent) return {};
  return fmt::format("other guests took {:.1f}% of the processors' time (steal)", percent);
}

std::string unknown_steal(const Environment& here) {
  if (here.steal_percent) return {};
  return "it is not known how much time other guests took (steal)";
}

bool drifts(const Drift& drift, double ratio, double cv_percent) {
  return drift.last_to_first > ratio || drift.last_to_first < 1 / ratio ||
         drift.robust_cv_percent > cv_percent;
}

std::string said_of(const Drift& drift) {
  return fmt::format(
      "the same work took {:.2f} times as long in the last third of the run as in the first, with "
      "a spread of {:.1f}% (n={})",
      drift.last_to_first, drift.robust_cv_percent, drift.n);
}

bool drifts_heavily(const Environment& here) {
  return here.cpu_drift && drifts(*here.cpu_drift, kHeavyCpuDrift, kHeavyCpuCvPercent);
}

std::string heavy_cpu_drift(const Environment& here) {
  return drifts_heavily(here) ? said_of(*here.cpu_drift) : std::string();
}

std::string cpu_drift(const Environment& here) {
  if (!here.cpu_drift || drifts_heavily(here)) return {};
  if (!drifts(*here.cpu_drift, kCpuDrift, kCpuCvPercent)) return {};
  return said_of(*here.cpu_drift);
}

std::string sync_drift(const Environment& here) {
  if (!here.sync_drift) return {};
  const double ratio = here.sync_drift->last_to_first;
  if (ratio <= kSyncDrift && ratio >= 1 / kSyncDrift) return {};
  return fmt::format(
      "syncs took {:.2f} times as long in the last third of the run as in the first (n={})", ratio,
      here.sync_drift->n);
}

std::string cpu_quota(const Environment& here) {
  if (here.cpu_quota.kind != Limit::Kind::Set || here.cpu_quota.value >= here.cpu_count) return {};
  return fmt::format(
      "a control group allows {:.2f} of {} processors, and stops whoever took more until its next "
      "period",
      here.cpu_quota.value, here.cpu_count);
}

std::string unknown_quota(const Environment& here) {
  if (here.cpu_quota.kind != Limit::Kind::Unknown) return {};
  return "it is not known whether a control group limits the processors (CPU quota)";
}

bool is_busy(const Environment& here) {
  return here.load_average.value_or(0) >= std::max(1.0, kBusyShare * here.cpu_count);
}

std::string said_of_load(const Environment& here) {
  return fmt::format("the load was {:.2f} on {} {} before it began", *here.load_average,
                     here.cpu_count, here.cpu_count == 1 ? "processor" : "processors");
}

std::string busy(const Environment& here) {
  return is_busy(here) ? said_of_load(here) : std::string();
}

std::string some_load(const Environment& here) {
  if (here.load_average.value_or(0) <= kSomeLoad || is_busy(here)) return {};
  return said_of_load(here);
}

std::string unknown_load(const Environment& here) {
  if (here.load_average) return {};
  return "it is not known what else was running (load average)";
}

std::string no_device_facts(const Environment& here) {
  const bool disk = memory_filesystem(here).empty() && layered_filesystem(here).empty() &&
                    network_filesystem(here).empty() && proxied_filesystem(here).empty();
  if (!disk || here.queue.rotational != "unknown") return {};
  return fmt::format("nothing is known of the disk below {}", here.block_device);
}

std::string governor(const Environment& here) {
  for (const auto part : std::views::split(here.governor, ',')) {
    const std::string_view name(part.begin(), part.end());
    if (!is_one_of(name, kMovingGovernors)) continue;
    return fmt::format("the frequency governor is {}: processors speed up and slow down with load",
                       here.governor);
  }
  return {};
}

std::string slow_clock(const Environment& here) {
  if (!here.clock_read_ns || *here.clock_read_ns <= kSlowClockNs) return {};
  return fmt::format("one look at the clock ({}) takes {:.0f} ns, which is in every latency",
                     here.clock_source, *here.clock_read_ns);
}

constexpr std::array kCaps = {
    // Nothing can be trusted.
    Cap{"heavy-steal", Grade::F, Subject::Machine, heavy_steal},
    Cap{"heavy-cpu-drift", Grade::F, Subject::Machine, heavy_cpu_drift},
    // What is measured is not durable.
    Cap{"memory-filesystem", Grade::D, Subject::Storage, memory_filesystem},
    Cap{"layered-filesystem", Grade::D, Subject::Storage, layered_filesystem},
    Cap{"network-filesystem", Grade::D, Subject::Storage, network_filesystem},
    Cap{"proxied-filesystem", Grade::D, Subject::Storage, proxied_filesystem},
    Cap{"unknown-filesystem", Grade::D, Subject::Storage, unknown_filesystem},
    Cap{"memory-device", Grade::D, Subject::Storage, memory_device},
    Cap{"no-barrier", Grade::D, Subject::Storage, no_barrier},
    Cap{"fast-sync", Grade::D, Subject::Storage, fast_sync},
    // An hour later it would be another figure.
    Cap{"steal", Grade::C, Subject::Machine, steal},
    Cap{"cpu-drift", Grade::C, Subject::Machine, cpu_drift},
    Cap{"sync-drift", Grade::C, Subject::Machine, sync_drift},
    Cap{"cpu-quota", Grade::C, Subject::Machine, cpu_quota},
    Cap{"busy", Grade::C, Subject::Machine, busy},
    // To be known, no more.
    Cap{"load", Grade::B, Subject::Machine, some_load},
    Cap{"unknown-load", Grade::B, Subject::Machine, unknown_load},
    Cap{"unknown-steal", Grade::B, Subject::Machine, unknown_steal},
    Cap{"unknown-quota", Grade::B, Subject::Machine, unknown_quota},
    Cap{"no-device-facts", Grade::B, Subject::Machine, no_device_facts},
    Cap{"governor", Grade::B, Subject::Machine, governor},
    Cap{"slow-clock", Grade::B, Subject::Machine, slow_clock},
};
static_assert(std::ranges::is_sorted(kCaps, std::ranges::greater{}, &Cap::cap),
              "reasons come in the order of the table, and those that cap most come first");

}  // namespace

std::span<const Cap> caps() noexcept { return kCaps; }

}  // namespace pragmark

#include "system_files.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>

#include <fmt/format.h>

namespace pragmark::system_files {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    const std::string_view part = text.substr(0, end);
    if (!part.empty()) parts.push_back(part);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parts;
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// The value of the first "key : value" line; empty when there is none.
std::string_view value_of(std::string_view cpuinfo, std::string_view key) {
  for (const std::string_view line : split(cpuinfo, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && trim(line.substr(0, colon)) == key) {
      return trim(line.substr(colon + 1));
    }
  }
  return {};
}

// mountinfo writes a space, tab, newline and backslash as three octal digits.
std::string unescape(std::string_view text) {
  const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) && is_octal(text[i + 2]) &&
        is_octal(text[i + 3])) {
      plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                 (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

bool is_parent(std::string_view mount_point, std::string_view directory) {
  if (mount_point == "/") return true;
  return directory.starts_with(mount_point) &&
         (directory.size() == mount_point.size() || directory[mount_point.size()] == '/');
}

std::string merged_options(std::string_view of_mount, std::string_view of_filesystem) {
  std::vector<std::string_view> merged = split(of_mount, ',');
  for (const std::string_view option : split(of_filesystem, ',')) {
    if (std::ranges::find(merged, option) == merged.end()) merged.push_back(option);
  }
  return fmt::format("{}", fmt::join(merged, ","));
}

// The fields: id parent major:minor root mount-point options [tag..] - type source super-options.
std::optional<Mount> parse_mount(std::string_view line) {
  const std::vector<std::string_view> fields = split(line, ' ');
  const auto dash = std::ranges::find(fields, "-");
  constexpr std::ptrdiff_t kFieldsBeforeTags = 6;
  const auto fields_after_dash = fields.end() - dash - 1;
  if (dash - fields.begin() < kFieldsBeforeTags || fields_after_dash < 2) return std::nullopt;
  const bool has_source = fields_after_dash > 2;  // it may have been mounted from ""
  return Mount{.root = unescape(fields[3]),
               .mount_point = unescape(fields[4]),
               .filesystem = std::string(dash[1]),
               .source = has_source ? unescape(dash[2]) : "",
               .options = merged_options(fields[5], fields.back()),
               .device = std::string(fields[2])};
}

struct Named {
  std::string_view part;  // of the text that is looked at
  std::string_view name;
};

// In this order: "Google" and the like run on KVM and say so only by their own name.
constexpr std::array kHypervisors = {
    Named{"Amazon EC2", "amazon"},
    Named{"Google Compute Engine", "kvm"},
    Named{"OpenStack", "kvm"},
    Named{"DigitalOcean", "kvm"},
    Named{"Hetzner", "kvm"},
    Named{"Alibaba Cloud", "kvm"},
    Named{"KubeVirt", "kvm"},
    Named{"KVM", "kvm"},
    Named{"VMware", "vmware"},
    Named{"VirtualBox", "virtualbox"},
    Named{"innotek", "virtualbox"},
    Named{"Virtual Machine", "hyper-v"},
    Named{"Parallels", "parallels"},
    Named{"BHYVE", "bhyve"},
    Named{"Apple Virtualization", "apple"},
    Named{"Xen", "xen"},
    Named{"QEMU", "qemu"},
    Named{"Bochs", "bochs"},
};

constexpr std::array kContainers = {
    Named{"kubepods", "kubernetes"},   Named{"docker", "docker"},
    Named{"libpod", "podman"},         Named{"lxc", "lxc"},
    Named{"containerd", "containerd"},
};

std::string_view first_named(std::string_view text, std::span<const Named> names) {
  for (const Named& named : names) {
    if (contains(text, named.part)) return named.name;
  }
  return {};
}

std::string_view container_of(const VirtualizationHints& hints) {
  if (contains(hints.kernel_release, "icrosoft")) return "wsl";
  if (const auto named = first_named(hints.cgroup, kContainers); !named.empty()) return named;
  if (hints.podman_file) return "podman";
  if (hints.docker_file) return "docker";
  return trim(hints.container);
}

std::string_view machine_of(const VirtualizationHints& hints) {
  if (const auto named = first_named(hints.dmi, kHypervisors); !named.empty()) {
    // Metal instances of Amazon carry its name without a hypervisor.
    if (named != "amazon" || hints.hypervisor_flag || !hints.processor_would_tell) return named;
  }
  if (const auto type = trim(hints.hypervisor_type); !type.empty()) return type;
  if (hints.hypervisor_flag) return "virtual machine (hypervisor not named)";
  return hints.processor_would_tell ? "none" : "unknown";
}

}  // namespace

std::string cpu_model(std::string_view cpuinfo) {
  for (const std::string_view key : {"model name", "Model", "Hardware", "cpu"}) {
    if (const std::string_view value = value_of(cpuinfo, key); !value.empty()) {
      return std::string(value);
    }
  }
  return {};
}

bool has_hypervisor_flag(std::string_view cpuinfo) {
  const std::vector<std::string_view> flags = split(value_of(cpuinfo, "flags"), ' ');
  return std::ranges::find(flags, "hypervisor") != flags.end();
}

std::optional<CpuTicks> cpu_ticks(std::string_view stat) {
  const std::vector<std::string_view> fields = split(stat.substr(0, stat.find('\n')), ' ');
  constexpr std::size_t kFieldsCounted = 8;  // user nice system idle iowait irq softirq steal
  if (fields.size() <= kFieldsCounted || fields[0] != "cpu") return std::nullopt;
  CpuTicks ticks{0, 0};
  for (std::size_t i = 1; i <= kFieldsCounted; ++i) {
    std::uint64_t value = 0;
    const char* end = fields[i].data() + fields[i].size();
    if (std::from_chars(fields[i].data(), end, value).ptr != end) return std::nullopt;
    ticks.total += value;
    ticks.stolen = value;  // the last one stays
  }
  return ticks;
}

double steal_percent(const CpuTicks& before, const CpuTicks& after) noexcept {
  if (after.total <= before.total || after.stolen <= before.stolen) return 0.0;
  return 100.0 * static_cast<double>(after.stolen - before.stolen) /
         static_cast<double>(after.total - before.total);
}

std::vector<Mount> mounts(std::string_view mountinfo) {
  std::vector<Mount> all;
  for (const std::string_view line : split(mountinfo, '\n')) {
    if (std::optional<Mount> mount = parse_mount(line)) all.push_back(std::move(*mount));
  }
  return all;
}

std::optional<Mount> mount_of(std::string_view mountinfo, std::string_view directory) {
  std::optional<Mount> longest;
  for (Mount& mount : mounts(mountinfo)) {
    if (!is_parent(mount.mount_point, directory)) continue;
    if (!longest || mount.mount_point.size() >= longest->mount_point.size()) {
      longest = std::move(mount);
    }
  }
  return longest;
}

std::string virtualization(const VirtualizationHints& hints) {
  const std::string_view container = container_of(hints);
  const std::string_view machine = machine_of(hints);
  if (container.empty()) return std::string(machine);
  if (machine == "none") return std::string(container);
  return fmt::format("{} on {}", container, machine);
}

std::optional<double> load_average(std::string_view loadavg) {
  const std::string_view first = loadavg.substr(0, loadavg.find(' '));
  const char* end = first.data() + first.size();
  double value = 0;
  if (first.empty() || std::from_chars(first.data(), end, value).ptr != end) return std::nullopt;
  return value >= 0 && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::string chosen_scheduler(std::string_view scheduler) {
  const std::size_t open = scheduler.find('[');
  const std::size_t close = scheduler.find(']');
  if (open != std::string_view::npos && close != std::string_view::npos && open < close) {
    return std::string(scheduler.substr(open + 1, close - open - 1));
  }
  // A device that has no choice says its one scheduler without brackets.
  const std::string_view only = trim(scheduler);
  return only.empty() || contains(only, " ") ? "unknown" : std::string(only);
}

}  // namespace pragmark::system_files

#include "cgroup_files.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "system_files.h"

namespace pragmark::cgroup_files {
namespace {

using system_files::Mount;

constexpr Limit kUnknown = {.kind = Limit::Kind::Unknown};
constexpr Limit kNone = {.kind = Limit::Kind::None};

std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find_first_of(" \t\r\n"));
}

std::optional<double> number_of(std::string_view word) {
  double value = 0;
  const char* end = word.data() + word.size();
  if (word.empty() || std::from_chars(word.data(), end, value).ptr != end) return std::nullopt;
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

bool is_listed(std::string_view name, std::string_view list, char separator) {
  while (!list.empty()) {
    const std::size_t end = list.find(separator);
    if (list.substr(0, end) == name) return true;
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
  }
  return false;
}

struct Membership {
  Version version;
  std::string_view path;
};

// A line is ID:CONTROLLERS:PATH; that of version 2 is 0::PATH. Version 1 has the controller where
// both list the process.
std::optional<Membership> membership_of(std::string_view controller, std::string_view self_cgroup) {
  std::optional<Membership> found;
  while (!self_cgroup.empty()) {
    const std::size_t end = self_cgroup.find('\n');
    const std::string_view line = self_cgroup.substr(0, end);
    self_cgroup.remove_prefix(end == std::string_view::npos ? self_cgroup.size() : end + 1);
    const std::size_t first = line.find(':');
    if (first == std::string_view::npos) continue;
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const std::string_view path = line.substr(second + 1);
    if (is_listed(controller, controllers, ',')) return Membership{Version::One, path};
    if (controllers.empty()) found = Membership{Version::Two, path};
  }
  return found;
}

bool holds(const Mount& mount, Version version, std::string_view controller) {
  if (version == Version::Two) return mount.filesystem == "cgroup2";
  return mount.filesystem == "cgroup" && is_listed(controller, mount.options, ',');
}

// The part of `path` below the folder that is mounted; empty when it is that folder, or lies
// outside of what can be seen.
std::string_view below(std::string_view root, std::string_view path) {
  if (path.starts_with("/..")) return {};
  if (root == "/") return path == "/" ? std::string_view() : path;
  if (!path.starts_with(root) || path.size() == root.size() || path[root.size()] != '/') return {};
  return path.substr(root.size());
}

// REQUIRES: `two` is not Unknown.
Limit smaller(const Limit& one, const Limit& two) {
  if (one.kind != Limit::Kind::Set) return two;
  if (two.kind != Limit::Kind::Set) return one;
  return one.value < two.value ? one : two;
}

// The root of version 2 has no files for limits, and a folder has none for a controller that its
// parent does not hand down. That the controller is there at all is said at the root.
bool is_available(std::string_view controller, const Place& place, ReadFile read) {
  if (place.version != Version::Two || place.folders.empty()) return false;
  std::string listed = read(place.folders.back() + "/cgroup.controllers");
  std::ranges::replace(listed, '\n', ' ');
  return is_listed(controller, listed, ' ');
}

// Of every folder that has a file for it. One that cannot be understood may be the smallest.
Limit smallest(std::string_view controller, const Place& place, ReadFile read,
               FunctionRef<std::optional<Limit>(const std::string&)> limit_in) {
  Limit least = is_available(controller, place, read) ? kNone : kUnknown;
  for (const std::string& folder : place.folders) {
    const std::optional<Limit> limit = limit_in(folder);
    if (!limit) continue;
    if (limit->kind == Limit::Kind::Unknown) return kUnknown;
    least = smaller(least, *limit);
  }
  return least;
}

// "max 100000" or "150000 100000", in us.
Limit parse_cpu_max(std::string_view text) {
  const std::string_view quota = first_word(text);
  if (quota == "max") return kNone;
  if (quota.size() >= text.size()) return kUnknown;
  const auto used = number_of(quota);
  const auto period = number_of(first_word(text.substr(quota.size() + 1)));
  if (!used || !period || *used <= 0 || *period <= 0) return kUnknown;
  return {.kind = Limit::Kind::Set, .value = *used / *period};
}

Limit parse_cfs_quota(std::string_view quota_text, std::string_view period_text) {
  const auto quota = number_of(first_word(quota_text));
  const auto period = number_of(first_word(period_text));
  if (quota && *quota < 0) return kNone;
  if (!quota || !period || *quota == 0 || *period <= 0) return kUnknown;
  return {.kind = Limit::Kind::Set, .value = *quota / *period};
}

Limit parse_bytes(std::string_view text) {
  // Version 1 writes "no limit" as the largest number of whole pages.
  constexpr double kLeastNoLimit = 4611686018427387904.0;  // 2^62
  const std::string_view word = first_word(text);
  if (word == "max") return kNone;
  const auto bytes = number_of(word);
  if (!bytes || *bytes < 0) return kUnknown;
  if (*bytes >= kLeastNoLimit) return kNone;
  return {.kind = Limit::Kind::Set, .value = *bytes};
}

}  // namespace

Place place_of(std::string_view controller, std::string_view self_cgroup,
               std::string_view mountinfo) {
  const std::optional<Membership> member = membership_of(controller, self_cgroup);
  if (!member) return {};
  Place place{.version = member->version, .folders = {}};
  for (const Mount& mount : system_files::mounts(mountinfo)) {
    if (!holds(mount, member->version, controller)) continue;
    std::string folder = mount.mount_point + std::string(below(mount.root, member->path));
    while (folder.size() > mount.mount_point.size()) {
      place.folders.push_back(folder);
      folder.resize(folder.rfind('/'));
    }
    place.folders.push_back(mount.mount_point);
    return place;
  }
  return place;
}

Limit cpu_quota(const Place& place, ReadFile read) {
  const auto quota_in = [&](const std::string& folder) -> std::optional<Limit> {
    if (place.version == Version::Two) {
      const std::string text = read(folder + "/cpu.max");
      return text.empty() ? std::nullopt : std::optional(parse_cpu_max(text));
    }
    const std::string quota = read(folder + "/cpu.cfs_quota_us");
    if (quota.empty()) return std::nullopt;
    return parse_cfs_quota(quota, read(folder + "/cpu.cfs_period_us"));
  };
  return smallest("cpu", place, read, quota_in);
}

Limit memory_limit(const Place& place, ReadFile read) {
  const auto limit_in = [&](const std::string& folder) -> std::optional<Limit> {
    const bool two = place.version == Version::Two;
    const std::string text = read(folder + (two ? "/memory.max" : "/memory.limit_in_bytes"));
    return text.empty() ? std::nullopt : std::optional(parse_bytes(text));
  };
  return smallest("memory", place, read, limit_in);
}

}  // namespace pragmark::cgroup_files

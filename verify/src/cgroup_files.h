// What the control groups above this process allow, of either version. Pure: the texts of
// /proc/self/cgroup and /proc/self/mountinfo in, and a function that reads the files of a folder,
// so that it is tested with the trees of other machines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pragmark/function_ref.h"
#include "pragmark/verify/environment.h"

namespace pragmark::cgroup_files {

enum class Version { One, Two };

// Where a controller keeps this process's limits.
struct Place {
  Version version = Version::Two;
  // The process's own first, then its parents, up to the mount point: what lies above cannot be
  // seen from a container. Empty when the controller is nowhere to be seen.
  std::vector<std::string> folders;
};
// `controller` is "cpu" or "memory". A machine may have one in version 1 and others in 2.
[[nodiscard]] Place place_of(std::string_view controller, std::string_view self_cgroup,
                             std::string_view mountinfo);

// Empty when there is no such file.
using ReadFile = FunctionRef<std::string(const std::string& path)>;
// In processors. The smallest of all folders; Unknown when no file tells or one cannot be read.
[[nodiscard]] Limit cpu_quota(const Place& place, ReadFile read);
// In bytes.
[[nodiscard]] Limit memory_limit(const Place& place, ReadFile read);

}  // namespace pragmark::cgroup_files

#include "crash/workload.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "pragmark/error.h"

namespace pragmark::crash {
namespace {

struct Row {
  std::string_view name;
  std::unique_ptr<Workload> (*make)(const WorkloadOptions& options);
};

constexpr std::array kWorkloads = {Row{"transfers", make_transfers}, Row{"spill", make_spill},
                                   Row{"store", make_store}};

}  // namespace

std::vector<std::string_view> workload_names() {
  std::vector<std::string_view> names;
  for (const Row& row : kWorkloads) names.push_back(row.name);
  return names;
}

std::unique_ptr<Workload> make_workload(std::string_view name, const WorkloadOptions& options) {
  const auto found = std::ranges::find(kWorkloads, name, &Row::name);
  if (found == kWorkloads.end()) {
    throw Error::usage(
        fmt::format("workload '{}': there are only: {}", name, fmt::join(workload_names(), ", ")));
  }
  return found->make(options);
}

}  // namespace pragmark::crash

#include "crash/workload.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "pragmark/error.h"
#include "pragmark/strategy.h"

namespace pragmark::crash {
namespace {

struct Row {
  std::string_view name;
  std::unique_ptr<Workload> (*make)(const WorkloadOptions& options);
  bool several_connections;
};

constexpr std::array kWorkloads = {
    Row{"transfers", make_transfers, false},    Row{"spill", make_spill, false},
    Row{"connections", make_connections, true}, Row{"journal-modes", make_journal_modes, false},
    Row{"vacuum", make_vacuum, false},          Row{"backup", make_backup, false}};
constexpr std::string_view kStore = "store-";

}  // namespace

std::vector<std::string> workload_names() {
  std::vector<std::string> names;
  for (const Row& row : kWorkloads) names.emplace_back(row.name);
  for (const StrategyInfo& strategy : strategies()) {
    names.push_back(fmt::format("{}{}", kStore, strategy.name));
  }
  return names;
}

std::string unfit_reason(std::string_view name, const PragmaSet& set) {
  const auto found = std::ranges::find(kWorkloads, name, &Row::name);
  const bool several =
      found == kWorkloads.end() ? name.starts_with(kStore) : found->several_connections;
  if (several && set.value("locking_mode") == "EXCLUSIVE") {
    return "it has several connections, and locking_mode=EXCLUSIVE allows one";
  }
  return "";
}

std::unique_ptr<Workload> make_workload(std::string_view name, const WorkloadOptions& options) {
  if (name.starts_with(kStore)) return make_store(options, name.substr(kStore.size()));
  const auto found = std::ranges::find(kWorkloads, name, &Row::name);
  if (found == kWorkloads.end()) {
    throw Error::usage(
        fmt::format("workload '{}': there are only: {}", name, fmt::join(workload_names(), ", ")));
  }
  return found->make(options);
}

}  // namespace pragmark::crash

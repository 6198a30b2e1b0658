#include "pragmark/bench/workload.h"

#include <algorithm>
#include <array>

#include "workloads/workloads.h"

namespace pragmark {
namespace {

constexpr std::array kWorkloads = {
    WorkloadInfo{.name = "sequential_read",
                 .description = "one thread reads topics by id, one after the other",
                 .concurrent = false,
                 .reads = true,
                 .writes = false,
                 .has_read_share = false,
                 .make_client = make_sequential_read},
    WorkloadInfo{.name = "sequential_write",
                 .description = "one thread inserts topics, each in its own transaction",
                 .concurrent = false,
                 .reads = false,
                 .writes = true,
                 .has_read_share = false,
                 .make_client = make_sequential_write},
    WorkloadInfo{.name = "concurrent_read",
                 .description = "threads read topics by id at the same time",
                 .concurrent = true,
                 .reads = true,
                 .writes = false,
                 .has_read_share = false,
                 .make_client = make_concurrent_read},
    WorkloadInfo{.name = "mixed",
                 .description = "threads read and insert topics at the same time (--reads PERCENT)",
                 .concurrent = true,
                 .reads = true,
                 .writes = true,
                 .has_read_share = true,
                 .make_client = make_mixed},
};

}  // namespace

std::span<const WorkloadInfo> workloads() noexcept { return kWorkloads; }

const WorkloadInfo* find_workload(std::string_view name) noexcept {
  const auto* found = std::ranges::find(kWorkloads, name, &WorkloadInfo::name);
  return found == kWorkloads.end() ? nullptr : found;
}

}  // namespace pragmark

// What the counting layer costs: the same requests with and without it, in alternating slices.
//
//   VfsCosts costs = measure_vfs_costs(templates, scratch.path());
//   to_string(costs.write);     // "1.2 [-0.3, 2.6] n=9"
#pragma once

#include <filesystem>
#include <string>

#include "pragmark/bench/scratch_store.h"

namespace pragmark {

// How much longer a request takes with the layer, in percent: median of pairs of slices, with the
// 95% interval of that median.
struct VfsCost {
  double percent;
  double low;
  double high;
  int pairs;
};

struct VfsCosts {
  VfsCost write;
  VfsCost read;
};

[[nodiscard]] std::string to_string(const VfsCost& cost);  // "1.2 [-0.3, 2.6] n=9"

// Two arms that both lack the layer come out up to 1.5% apart (measured): less than that is
// nothing. Takes about a second and a half: one thread, `production` without syncs, `per-thread`,
// 1,000 small rows. Throws Error, and Interrupted.
[[nodiscard]] VfsCosts measure_vfs_costs(StoreTemplates& templates,
                                         const std::filesystem::path& scratch);

}  // namespace pragmark

// What `pragmark load` is told, understood: no part of it knows the library that parses options.
//
//   LoadRequest request;                  // filled by load_main.cc
//   LoadSetup setup = setup_of(request);  // throws Error (kind Usage)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pragmark/bench/command_line.h"
#include "pragmark/bench/load/step.h"

namespace pragmark {

inline constexpr int kMostLoadThreads = 256;
inline constexpr std::int64_t kMostSyncDelayUs = 10'000'000;

struct LoadRequest {
  std::string set = "production";
  std::string strategy = "per-thread";
  int threads = 10;
  std::int64_t rows = 1000;
  std::string payload = "small";
  std::string mix = "read=90,write=10";
  std::string keys = "uniform";
  std::uint64_t seed = kDefaultSeed;
  std::int64_t sync_delay_us = 0;
  std::optional<int> cpus = {};  // all that there are

  // Of one load, for people.
  std::optional<double> rate = {};
  std::string arrivals = "constant";
  double duration_s = 10;
  double warmup_s = 1;
  double timeout_ms = 1000;
  std::string antagonist = {};
};

// Each throws Error (kind Usage), naming what is known, when it makes no sense.
[[nodiscard]] LoadSetup setup_of(const LoadRequest& request);
[[nodiscard]] StepPlan plan_of(const LoadRequest& request);

// Lets this thread, and those that it starts, run on the first `count` of the processors that it
// may run on, which are listed afterwards. Throws Error (kind Usage) when there are not as many.
std::vector<int> use_processors(int count);

// One line each, with what it does.
[[nodiscard]] std::string load_operation_list();

}  // namespace pragmark

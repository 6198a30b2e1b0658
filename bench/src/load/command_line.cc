#include "pragmark/bench/load/command_line.h"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "pragmark/bench/load/operations.h"
#include "pragmark/bench/load/protocol.h"
#include "pragmark/bench/subject.h"
#include "pragmark/error.h"
#include "pragmark/strategy.h"

namespace pragmark {
namespace {

template <typename Number>
void require_range(std::string_view option, Number value, Number low, Number high) {
  if (value >= low && value <= high) return;  // not the other way round: NaN compares to nothing
  throw Error::usage(fmt::format("{} {}: give a number from {} to {}", option, value, low, high));
}

std::string strategy_of(const std::string& name) {
  const std::optional<SubjectInfo> subject = find_subject(name);
  if (subject && subject->kind == SubjectKind::Baseline) {
    throw Error::usage(fmt::format("--strategy {}: a baseline knows reads and writes only; give a "
                                   "strategy of the library, for instance per-thread",
                                   name));
  }
  return parse_strategy(name).text();
}

ArrivalKind arrivals_of(const std::string& name) {
  if (name == "constant") return ArrivalKind::Constant;
  if (name == "poisson") return ArrivalKind::Poisson;
  if (name == "closed") return ArrivalKind::Closed;
  throw Error::usage(fmt::format("--arrivals {}: give constant, poisson or closed", name));
}

}  // namespace

LoadSetup setup_of(const LoadRequest& request) {
  require_range("--threads", request.threads, 1, kMostLoadThreads);
  require_range("--rows", request.rows, std::int64_t{1}, kMostRows);
  require_range("--sync-delay-us", request.sync_delay_us, std::int64_t{0}, kMostSyncDelayUs);
  // Each before the whole is put together: what GCC 12 has made of an aggregate it destroys twice
  // when a later part throws.
  PragmaSet set = PragmaSet::parse(request.set);
  std::string strategy = strategy_of(request.strategy);
  Payload payload = Payload::parse(request.payload);
  Mix mix = Mix::parse(request.mix);
  const KeyOptions keys = KeyOptions::parse(request.keys);
  return {.configuration = {.workload = find_workload("mixed"),
                            .set = std::move(set),
                            .strategy = std::move(strategy),
                            .threads = request.threads,
                            .rows = request.rows,
                            .payload = std::move(payload),
                            .reads_percent = 0,
                            .operations_per_thread = 0},
          .mix = std::move(mix),
          .keys = keys,
          .seed = request.seed,
          .sync_delay = std::chrono::microseconds(request.sync_delay_us)};
}

StepPlan plan_of(const LoadRequest& request) {
  StepPlan plan{.rate = request.rate,
                .arrivals = arrivals_of(request.arrivals),
                .duration_s = request.duration_s,
                .warmup_s = request.warmup_s,
                .timeout_ms = request.timeout_ms};
  if (plan.rate) require_range("--rate", *plan.rate, kLowestRate, kHighestRate);
  require_range("--duration", plan.duration_s, kShortestStep, kLongestStep);
  require_range("--warmup", plan.warmup_s, 0.0, kLongestStep);
  require_range("--timeout", plan.timeout_ms, 0.001, kLongestTimeoutMs);
  plan.window_ms = std::max(1000.0, plan.duration_s * 1e3 / static_cast<double>(kMostWindows));
  if (!request.antagonist.empty()) {
    plan.antagonist = AntagonistPlan{.kind = find_antagonist(request.antagonist).kind,
                                     .start_s = plan.duration_s / 3,
                                     .duration_s = plan.duration_s / 3};
  }
  require_sensible(plan, "--arrivals " + request.arrivals);
  return plan;
}

std::vector<int> use_processors(int count) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
    throw Error::environment("ask for", std::generic_category().message(errno), "processors");
  }
  const int there = CPU_COUNT(&allowed);
  require_range("--cpus", count, 1, there);
  std::vector<int> used;
  cpu_set_t chosen;
  CPU_ZERO(&chosen);
  for (int cpu = 0; cpu < CPU_SETSIZE && static_cast<int>(used.size()) < count; ++cpu) {
    if (!CPU_ISSET(static_cast<std::size_t>(cpu), &allowed)) continue;
    CPU_SET(static_cast<std::size_t>(cpu), &chosen);
    used.push_back(cpu);
  }
  if (::sched_setaffinity(0, sizeof chosen, &chosen) != 0) {
    throw Error::environment("choose", std::generic_category().message(errno), "processors");
  }
  return used;
}

std::string load_operation_list() {
  std::string text;
  for (const LoadOperation& one : load_operations()) {
    text += fmt::format("{:<16}{}{}\n", one.name, one.writes ? "writes: " : "", one.description);
  }
  return text;
}

}  // namespace pragmark

#include "pragmark/bench/summary_table.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace pragmark {
namespace {

constexpr std::size_t kColumns = 14;
using Line = std::array<std::string, kColumns>;
constexpr std::size_t kTextColumns = 3;  // left-aligned; the rest are figures

// "1,234,567"; rates and microseconds above 100 need no decimals.
std::string with_thousands(double value) {
  std::string digits = fmt::format("{:.0f}", value);
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > 0; i -= 3) {
    digits.insert(static_cast<std::size_t>(i), 1, ',');
  }
  return digits;
}

std::string figure(const std::optional<double>& value) {
  if (!value) return "-";
  return *value < 100 ? fmt::format("{:.3g}", *value) : with_thousands(*value);
}

std::string parameters(const Configuration& configuration) {
  std::string text =
      fmt::format("rows:{} payload:{}", configuration.rows, configuration.payload.name);
  if (configuration.workload->has_read_share) {
    text += fmt::format(" reads:{}", configuration.reads_percent);
  }
  return text;
}

Line heading(double target) {
  return {"workload",
          "PRAGMA set",
          "strategy",
          "threads",
          "requests/s",
          "95% interval",
          "n",
          "p50 us",
          "p99 us",
          "p99.9 us",
          "failed",
          "syncs/write",
          fmt::format("against {}", with_thousands(target)),
          "durability"};
}

Line line(const CaseResult& result, bool show_parameters, double target) {
  const Configuration& configuration = *result.configuration;
  Line cells;
  cells[0] = configuration.workload->name;
  if (show_parameters) cells[0] += fmt::format(" {}", parameters(configuration));
  if (configuration.in_flight > 1) {
    cells[0] += fmt::format(" in_flight:{}", configuration.in_flight);
  }
  if (configuration.processes > 1) {
    cells[0] += fmt::format(" processes:{}", configuration.processes);
  }
  if (configuration.schema->name != kStandardSchema) {
    cells[0] += fmt::format(" schema:{}", configuration.schema->name);
  }
  if (configuration.memory_statistics != MemoryStatistics::AsBuilt) {
    cells[0] += fmt::format(" memory_statistics:{}", to_string(configuration.memory_statistics));
  }
  cells[1] = configuration.set.name();
  cells[2] = configuration.strategy;
  cells[3] = std::to_string(configuration.threads);
  cells[6] = std::to_string(result.repetitions);
  cells[13] = to_string(configuration.set.durability());
  if (!result.error.empty()) {
    cells[4] = "ERROR";
    return cells;
  }
  cells[4] = with_thousands(median(result.rates));
  const std::optional<Interval> interval = median_interval(result.rates);
  cells[5] = interval ? fmt::format("[{}, {}]", with_thousands(interval->low),
                                    with_thousands(interval->high))
                      : "-";
  cells[7] = figure(result.median_of("latency_us_p50"));
  cells[8] = figure(result.median_of("latency_us_p99"));
  cells[9] = figure(result.median_of("latency_us_p99_9"));
  cells[10] = result.failed_share() > 0 ? fmt::format("{:.2g}%", 100 * result.failed_share()) : "0";
  cells[11] = figure(result.median_of("syncs_per_write"));
  cells[12] = to_string(result.attainment_of(target));
  return cells;
}

bool parameters_differ(const std::vector<CaseResult>& results) {
  return std::ranges::any_of(results, [&](const CaseResult& result) {
    const Configuration& one = *result.configuration;
    const Configuration& first = *results.front().configuration;
    return one.rows != first.rows || one.payload != first.payload;
  });
}

// The median over all repetitions: the loop is the same for all configurations.
std::optional<double> harness_cost(const std::vector<CaseResult>& results) {
  std::vector<double> all;
  for (const CaseResult& result : results) {
    const auto found = result.counters.find("harness_ns_per_op");
    if (found != result.counters.end()) {
      all.insert(all.end(), found->second.begin(), found->second.end());
    }
  }
  if (all.empty()) return std::nullopt;
  return median(std::move(all));
}

std::string render(const std::vector<Line>& lines) {
  std::array<std::size_t, kColumns> widths{};
  for (const Line& cells : lines) {
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], cells[i].size());
  }
  std::string text;
  for (const Line& cells : lines) {
    std::string row;
    for (std::size_t i = 0; i < kColumns; ++i) {
      const bool left = i < kTextColumns || i + 2 >= kColumns;
      row += left ? fmt::format("{:<{}}  ", cells[i], widths[i])
                  : fmt::format("{:>{}}  ", cells[i], widths[i]);
    }
    row.erase(row.find_last_not_of(' ') + 1);
    row += '\n';
    text += row;
  }
  return text;
}

}  // namespace

std::string summary_table(const std::vector<CaseResult>& results, double target) {
  if (results.empty()) return "";
  const bool differ = parameters_differ(results);
  std::vector<Line> lines = {heading(target)};
  for (const CaseResult& result : results) lines.push_back(line(result, differ, target));
  std::string text;
  if (!differ) {
    const Configuration& first = *results.front().configuration;
    text += fmt::format("{} rows, payload {}; ", first.rows, first.payload.name);
  }
  text += "medians of n repetitions; latencies are medians of the repetitions' percentiles";
  if (const std::optional<double> cost = harness_cost(results)) {
    text += fmt::format("; of each request the harness takes {:.0f} ns", *cost);
  }
  text += "\n\n";
  text += render(lines);
  for (const CaseResult& result : results) {
    if (result.error.empty()) continue;
    text += fmt::format("\n{}: {}\n", result.configuration->full_name(), result.error);
  }
  return text;
}

}  // namespace pragmark

#include "pragmark/bench/slice_protocol.h"

#include <utility>

#include <fmt/format.h>

#include "json_line.h"
#include "pragmark/bench/busy_loop.h"

namespace pragmark {
namespace {

using Json = JsonLine::Json;

double busy_loop_ns_of(const JsonLine& line, const Json& json) {
  const Json& value = json.at("busy_loop_ns");
  // Not the other way round: a number that is none compares to nothing.
  const bool fits =
      value.is_number() && value.get<double>() >= 0 && value.get<double>() <= kMostBusyNs;
  if (!fits) line.refuse(fmt::format("busy_loop_ns is not a number from 0 to {}", kMostBusyNs));
  return value.get<double>();
}

SlicePlan plan_of(const JsonLine& line, const Json& json) {
  return {.benchmark = json.at("benchmark"),
          .operations = line.number<std::int64_t>(json, "operations", 1, kMostOperations),
          .slices = line.number<std::int64_t>(json, "slices", 1, kMostOperations),
          .busy_loop_ns = busy_loop_ns_of(line, json)};
}

Json to_json(const IoCounts& io) {
  return {{"syncs", io.syncs()},
          {"checkpoints", io.checkpoints},
          {"wal_bytes", io.at(FileRole::Wal).written_bytes},
          {"main_bytes", io.at(FileRole::Main).written_bytes}};
}

}  // namespace

std::string slices_ready_line(const std::vector<Configuration>& configurations,
                              const ContextEntries& context) {
  Json benchmarks = Json::array();
  for (const Configuration& one : configurations) {
    benchmarks.push_back({{"name", one.full_name()},
                          {"threads", one.threads},
                          {"pragma_set", one.set.name()},
                          {"durability", to_string(one.set.durability())}});
  }
  Json entries = Json::object();
  for (const auto& [key, value] : context) entries[key] = value;
  return line_of({{"say", "ready"},
                  {"protocol", kSliceProtocol},
                  {"benchmarks", std::move(benchmarks)},
                  {"context", std::move(entries)}});
}

std::string opened_line(std::int64_t operations) {
  return line_of({{"say", "opened"}, {"operations", operations}});
}

std::string slice_line(const SliceResult& result) {
  const Tally& tally = result.tally;
  Json json = {{"say", "slice"},
               {"operations", tally.attempted},
               {"seconds", result.seconds},
               {"reads", tally.reads},
               {"writes", tally.writes},
               {"busy_errors", tally.busy_errors},
               {"errors", tally.errors},
               {"latency_us_p50", tally.latencies.percentile_us(50)},
               {"latency_us_p99", tally.latencies.percentile_us(99)}};
  if (result.io) json["io"] = to_json(*result.io);
  return line_of(json);
}

std::string closed_line(const SliceTotals& totals) {
  return line_of({{"say", "closed"},
                  {"rows", totals.rows},
                  {"reads", totals.reads},
                  {"writes", totals.writes},
                  {"checksum", totals.checksum}});
}

SliceRequest parse_slice_request(std::string_view text) {
  const JsonLine line(text, kSliceProtocol);
  return line.read([&](const Json& json) -> SliceRequest {
    const auto says = json.at("say").get<std::string>();
    if (says == "open") return {.says = SliceSays::Open, .plan = plan_of(line, json)};
    if (says == "slice") return {.says = SliceSays::Slice};
    if (says == "close") return {.says = SliceSays::Close};
    line.refuse(fmt::format("nothing is done on \"{}\"", says));
  });
}

}  // namespace pragmark

#include "pragmark/bench/load/protocol.h"

#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "../json_line.h"
#include "pragmark/bench/load/operations.h"
#include "pragmark/error.h"
#include "pragmark/version.h"

namespace pragmark {
namespace {

using Json = JsonLine::Json;

// Reads numbers of one line, each with its limits.
class Numbers {
 public:
  Numbers(const JsonLine& line, const Json& json) : line_(line), json_(json) {}

  [[nodiscard]] double required(const char* key, double low, double high) const {
    return checked(key, json_.at(key), low, high);
  }
  [[nodiscard]] double optional(const char* key, double otherwise, double low, double high) const {
    return present(key) ? required(key, low, high) : otherwise;
  }
  [[nodiscard]] bool present(const char* key) const {
    const auto found = json_.find(key);
    return found != json_.end() && !found->is_null();
  }
  [[nodiscard]] const Json& at(const char* key) const { return json_.at(key); }
  [[nodiscard]] const JsonLine& line() const noexcept { return line_; }

 private:
  [[nodiscard]] double checked(const char* key, const Json& value, double low, double high) const {
    // Not the other way round: a number that is none compares to nothing.
    const bool fits =
        value.is_number() && value.get<double>() >= low && value.get<double>() <= high;
    if (!fits) line_.refuse(fmt::format("{} is not a number from {} to {}", key, low, high));
    return value.get<double>();
  }

  const JsonLine& line_;
  const Json& json_;
};

ArrivalKind arrivals_of(const JsonLine& line, const std::string& name) {
  if (name == "constant") return ArrivalKind::Constant;
  if (name == "poisson") return ArrivalKind::Poisson;
  if (name == "closed") return ArrivalKind::Closed;
  line.refuse(fmt::format("arrivals are constant, poisson or closed, not \"{}\"", name));
}

std::string_view name_of(ArrivalKind kind) noexcept {
  switch (kind) {
    case ArrivalKind::Constant: return "constant";
    case ArrivalKind::Poisson: return "poisson";
    case ArrivalKind::Closed: return "closed";
  }
  return "";
}

AntagonistPlan antagonist_of(const JsonLine& line, const Json& json) {
  const Numbers numbers(line, json);
  return {.kind = find_antagonist(json.at("kind").get<std::string>()).kind,
          .start_s = numbers.optional("start_s", 0, 0, kLongestStep),
          .duration_s = numbers.optional("duration_s", kLongestStep, 0, kLongestStep)};
}

StepPlan plan_of(const JsonLine& line, const Json& json) {
  const Numbers numbers(line, json);
  StepPlan plan;
  plan.arrivals = arrivals_of(line, json.value("arrivals", "constant"));
  if (numbers.present("rate")) plan.rate = numbers.required("rate", kLowestRate, kHighestRate);
  plan.duration_s = numbers.required("duration_s", kShortestStep, kLongestStep);
  plan.warmup_s = numbers.optional("warmup_s", 0, 0, kLongestStep);
  plan.timeout_ms = numbers.optional("timeout_ms", plan.timeout_ms, 0.001, kLongestTimeoutMs);
  plan.window_ms =
      numbers.optional("window_ms", plan.window_ms, kShortestWindowMs, kLongestStep * 1e3);
  if (numbers.present("seed")) {
    plan.seed =
        line.number<std::uint64_t>(json, "seed", 0, std::numeric_limits<std::int64_t>::max());
  }
  if (numbers.present("wal_limit_bytes")) {
    plan.wal_limit_bytes = line.number<std::int64_t>(json, "wal_limit_bytes", 0,
                                                     std::numeric_limits<std::int64_t>::max());
  }
  if (numbers.present("antagonist")) plan.antagonist = antagonist_of(line, json.at("antagonist"));
  if (numbers.present("stall")) {
    const Numbers stall(line, json.at("stall"));
    plan.stall = {.at_s = stall.required("at_s", 0, kLongestStep),
                  .duration_ms = stall.required("duration_ms", 0, kLongestStep * 1e3)};
  }
  return plan;
}

Json percentiles(const LatencyHistogram& latencies) {
  if (latencies.count() == 0) {
    return {
        {"p50", nullptr}, {"p90", nullptr}, {"p99", nullptr}, {"p99_9", nullptr}, {"max", nullptr}};
  }
  return {{"p50", latencies.percentile_us(50)},
          {"p90", latencies.percentile_us(90)},
          {"p99", latencies.percentile_us(99)},
          {"p99_9", latencies.percentile_us(99.9)},
          {"max", latencies.max_us()}};
}

template <typename Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json operations_json(const LoadSetup& setup, const LoadTally& tally) {
  Json all = Json::object();
  for (std::size_t i = 0; i < tally.operations.size(); ++i) {
    const OperationTally& one = tally.operations[i];
    Json cpu = nullptr;
    if (one.cpu_samples > 0) {
      cpu = static_cast<double>(one.cpu.count()) / 1e3 / static_cast<double>(one.cpu_samples);
    }
    all[std::string(setup.mix.parts()[i].operation->name)] = {
        {"succeeded", one.succeeded},
        {"latency_us", percentiles(one.latencies)},
        {"service_us", percentiles(one.service)},
        {"cpu_us_mean", cpu},
        {"cpu_samples", one.cpu_samples}};
  }
  return all;
}

double seconds_of(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

Json io_json(const LoadStep& step) {
  const FileCounts& main = step.io.at(FileRole::Main);
  const FileCounts& wal = step.io.at(FileRole::Wal);
  return {{"syncs", step.io.syncs()},
          {"wal_syncs", wal.syncs},
          {"main_syncs", main.syncs},
          {"wal_bytes", wal.written_bytes},
          {"main_bytes", main.written_bytes},
          {"read_bytes", main.read_bytes + wal.read_bytes},
          {"checkpoints", step.io.checkpoints},
          {"wal_bytes_max", step.io.wal_bytes_max},
          {"sync_seconds", seconds_of(step.timing.sync_time())},
          {"wal_sync_seconds", seconds_of(step.timing.wal_sync_time)},
          {"main_sync_seconds", seconds_of(step.timing.main_sync_time)}};
}

Json windows_json(const LoadStep& step) {
  Json all = Json::array();
  for (std::size_t i = 0; i < step.windows.size(); ++i) {
    const WindowSummary& one = step.windows[i];
    const WindowIo& io = step.window_io[i];
    const auto percentile = [&](double us) { return one.answered ? Json(us) : Json(nullptr); };
    all.push_back({{"t_s", static_cast<double>(i) * step.plan.window_ms / 1e3},
                   {"succeeded", one.succeeded},
                   {"failed", one.failed},
                   {"p50_us", percentile(one.p50_us)},
                   {"p99_us", percentile(one.p99_us)},
                   {"max_us", percentile(one.max_us)},
                   {"wal_bytes", io.wal_bytes},
                   {"checkpoints", io.checkpoints},
                   {"syncs", io.syncs}});
  }
  return all;
}

Json stalls_json(const LoadStep& step) {
  Json all = Json::array();
  for (const CheckpointStall& one : step.checkpoint_stalls) {
    all.push_back({{"t_s", one.begin_s}, {"ms", one.took_ms}});
  }
  return all;
}

Json antagonist_json(const LoadStep& step) {
  if (!step.antagonist) return nullptr;
  const AntagonistPlan& plan = *step.plan.antagonist;
  std::string_view name;
  for (const AntagonistInfo& one : antagonists()) {
    if (one.kind == plan.kind) name = one.name;
  }
  return {{"kind", name},
          {"start_s", plan.start_s},
          {"duration_s", plan.duration_s},
          {"rounds", step.antagonist->rounds},
          {"busy_errors", step.antagonist->busy_errors},
          {"topics", step.antagonist->topics}};
}

void add_counts(Json& json, const LoadStep& step) {
  const LoadTally& tally = step.tally;
  json["rate"] = or_null(step.plan.rate);
  json["arrivals"] = name_of(step.plan.arrivals);
  json["seconds"] = step.seconds;
  json["intended"] = tally.intended();
  json["sent"] = tally.sent;
  json["succeeded"] = tally.succeeded();
  json["failed"] = {{"busy", tally.busy},
                    {"error", tally.failed},
                    {"timed_out", tally.timed_out},
                    {"not_sent", tally.not_sent},
                    {"wrong_row", tally.wrong_rows}};
  json["first_error"] = step.first_error.empty() ? Json(nullptr) : Json(step.first_error);
  json["offered_per_second"] = step.offered_per_second();
  json["achieved_per_second"] = step.achieved_per_second();
  json["answered_per_second"] = step.answered_per_second();
}

void add_step(Json& json, const LoadSetup& setup, const LoadStep& step) {
  add_counts(json, step);
  json["latency_us"] = percentiles(step.latencies);
  json["service_us"] = percentiles(step.service);
  json["scheduler_us"] = percentiles(step.tally.wake_ups);
  json["operations"] = operations_json(setup, step.tally);
  json["io"] = io_json(step);
  json["cpu_seconds"] = step.cpu_seconds;
  json["lock_wait_seconds"] =
      step.lock_waits_known ? Json(seconds_of(step.timing.lock_wait_time)) : Json(nullptr);
  json["peak_memory_bytes"] = step.peak_memory_bytes;
  json["steal_percent"] = or_null(step.steal_percent);
  json["windows"] = windows_json(step);
  json["checkpoint_stalls"] = stalls_json(step);
  json["wal_limit_exceeded"] = step.wal_limit_exceeded;
  json["saturated"] = step.saturated();
  json["antagonist"] = antagonist_json(step);
  json["answers"] = {
      {"rows_expected", step.rows.expected}, {"rows_found", step.rows.found}, {"integrity", "ok"}};
}

Json context_json(const ContextEntries& context) {
  Json entries = Json::object();
  for (const auto& [key, value] : context) entries[key] = value;
  return entries;
}

}  // namespace

void require_sensible(const StepPlan& plan, std::string_view where) {
  const auto refuse = [&](const std::string& why) {
    throw Error::usage(fmt::format("{}: {}", where, why));
  };
  const bool closed = plan.arrivals == ArrivalKind::Closed;
  if (closed && plan.rate) refuse("closed arrivals have no rate: leave it out");
  if (!closed && !plan.rate) refuse("a rate is missing; only closed arrivals have none");
  const double windows = std::ceil(plan.duration_s * 1e3 / plan.window_ms - 1e-9);
  if (windows > static_cast<double>(kMostWindows)) {
    refuse(fmt::format("{} windows of {} ms; at most {}: make them at least {:.0f} ms long",
                       windows, plan.window_ms, kMostWindows,
                       std::ceil(plan.duration_s * 1e3 / static_cast<double>(kMostWindows))));
  }
  if (plan.stall && plan.stall->at_s >= plan.duration_s) refuse("the stall begins after the end");
  if (plan.antagonist && plan.antagonist->start_s >= plan.duration_s) {
    refuse("the antagonist begins after the end");
  }
}

StepPlan parse_step_request(std::string_view text) {
  const JsonLine line(text, kLoadProtocol);
  StepPlan plan = line.read([&](const Json& json) -> StepPlan {
    const auto says = json.at("say").get<std::string>();
    if (says != "step") line.refuse(fmt::format("nothing is done on \"{}\"", says));
    return plan_of(line, json);
  });
  require_sensible(plan, "step");
  return plan;
}

std::string load_ready_line(const LoadSetup& setup, const ContextEntries& context) {
  Json operations = Json::array();
  for (const MixPart& part : setup.mix.parts()) {
    operations.push_back({{"name", part.operation->name},
                          {"share", part.share},
                          {"writes", part.operation->writes}});
  }
  return line_of({{"say", "ready"},
                  {"protocol", kLoadProtocol},
                  {"context", context_json(context)},
                  {"operations", std::move(operations)},
                  {"threads", setup.configuration.threads}});
}

std::string load_progress_line(double elapsed_s, std::int64_t completed) {
  return line_of({{"say", "progress"}, {"elapsed_s", elapsed_s}, {"completed", completed}});
}

std::string load_result_line(const LoadSetup& setup, const LoadStep& step) {
  Json json = {{"say", "result"}};
  add_step(json, setup, step);
  return line_of(json);
}

std::string load_document(const LoadSetup& setup, const LoadStep& step,
                          const ContextEntries& context) {
  Json json = {{"schema", "pragmark.load/1"},
               {"pragmark_version", kVersion},
               {"context", context_json(context)}};
  Json body = Json::object();
  add_step(body, setup, step);
  json["step"] = std::move(body);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace pragmark

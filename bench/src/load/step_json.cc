#include "step_json.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "pragmark/bench/load/operations.h"

namespace pragmark {
namespace {

using Json = JsonLine::Json;

std::string_view name_of(ArrivalKind kind) noexcept {
  switch (kind) {
    case ArrivalKind::Constant: return "constant";
    case ArrivalKind::Poisson: return "poisson";
    case ArrivalKind::Closed: return "closed";
  }
  return "";
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
  return {{"kind", find_antagonist(plan.kind).name},
          {"start_s", plan.start_s},
          {"duration_s", plan.duration_s},
          {"begin_s", step.antagonist->begin_s},
          {"end_s", step.antagonist->end_s},
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

}  // namespace

Json step_json(const LoadSetup& setup, const LoadStep& step) {
  Json json = Json::object();
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
  return json;
}

}  // namespace pragmark

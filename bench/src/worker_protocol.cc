#include "pragmark/bench/worker_protocol.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "json_line.h"
#include "pragmark/bench/configuration.h"

namespace pragmark {
namespace {

using Json = JsonLine::Json;

// The counters of a file, in the order in which they travel.
constexpr std::array kFileCounters = {
    &FileCounts::opens,     &FileCounts::reads,         &FileCounts::read_bytes,
    &FileCounts::writes,    &FileCounts::written_bytes, &FileCounts::syncs,
    &FileCounts::truncates, &FileCounts::deletes,       &FileCounts::mapped_reads};

void require_protocol(const JsonLine& line, const Json& json) {
  const auto found = json.at("protocol").get<std::string>();
  if (found != kWorkerProtocol) line.refuse(fmt::format("it speaks {}", found));
}

MemoryStatistics memory_statistics_of(const JsonLine& line, const std::string& text) {
  const std::optional<MemoryStatistics> found = parse_memory_statistics(text);
  if (!found) line.refuse(fmt::format("memory_statistics is not {}", text));
  return *found;
}

Json to_json(const WorkerScript& script) {
  Json settings = Json::array();
  for (const SettingToProve& setting : script.settings) {
    settings.push_back(
        {{"name", setting.name}, {"sql", setting.sql}, {"accepted", setting.accepted}});
  }
  return {{"settings", std::move(settings)},
          {"read_sql", script.read_sql},
          {"write_sql", script.write_sql},
          {"requests_file", script.requests_file}};
}

WorkerScript script_of(const Json& json) {
  WorkerScript script{.settings = {},
                      .read_sql = json.at("read_sql"),
                      .write_sql = json.at("write_sql"),
                      .requests_file = json.at("requests_file")};
  for (const Json& one : json.at("settings")) {
    script.settings.push_back(
        {.name = one.at("name"), .sql = one.at("sql"), .accepted = one.at("accepted")});
  }
  return script;
}

Json to_json(const WorkerFailure& failure) {
  return {{"message", failure.message},
          {"operation", failure.operation},
          {"path", failure.path},
          {"extended_code", failure.extended_code},
          {"environment", failure.environment}};
}

WorkerFailure failure_of(const Json& json) {
  return {.message = json.at("message"),
          .operation = json.at("operation"),
          .path = json.at("path"),
          .extended_code = json.at("extended_code"),
          .environment = json.at("environment")};
}

Json to_json(const IoCounts& io) {
  Json files = Json::array();
  for (const FileCounts& file : io.files) {
    Json counters = Json::array();
    for (const auto counter : kFileCounters) counters.push_back(file.*counter);
    files.push_back(std::move(counters));
  }
  return {{"files", std::move(files)},
          {"checkpoints", io.checkpoints},
          {"directory_syncs", io.directory_syncs},
          {"wal_bytes_max", io.wal_bytes_max}};
}

IoCounts io_of(const Json& json) {
  IoCounts io;
  for (std::size_t role = 0; role < io.files.size(); ++role) {
    for (std::size_t i = 0; i < kFileCounters.size(); ++i) {
      io.files[role].*kFileCounters[i] = json.at("files").at(role).at(i);
    }
  }
  io.checkpoints = json.at("checkpoints");
  io.directory_syncs = json.at("directory_syncs");
  io.wal_bytes_max = json.at("wal_bytes_max");
  return io;
}

Json to_json(const LatencyHistogram& latencies) {
  Json buckets = Json::array();
  for (const auto& [bucket, count] : latencies.filled_buckets()) buckets.push_back({bucket, count});
  return {{"max_ns", latencies.max_ns()}, {"buckets", std::move(buckets)}};
}

void read_latencies(const JsonLine& line, const Json& json, LatencyHistogram& into) {
  for (const Json& pair : json.at("buckets")) {
    const auto bucket = pair.at(0).get<std::size_t>();
    if (bucket >= LatencyHistogram::kBuckets) {
      line.refuse(fmt::format("there is no bucket {}", bucket));
    }
    into.add(bucket, pair.at(1).get<std::uint64_t>(), json.at("max_ns").get<std::uint64_t>());
  }
}

WorkerResult result_of(const JsonLine& line, const Json& json) {
  WorkerResult result;
  Tally& tally = result.tally;
  read_latencies(line, json.at("latencies"), tally.latencies);
  const auto count = [&](const char* key) {
    return line.number<std::int64_t>(json, key, 0, INT64_MAX);
  };
  tally.attempted = count("attempted");
  tally.reads = count("reads");
  tally.writes = count("writes");
  tally.wrong_rows = count("wrong_rows");
  tally.busy_errors = count("busy_errors");
  tally.errors = count("errors");
  const std::int64_t answered = tally.reads + tally.writes + tally.wrong_rows;
  if (static_cast<std::int64_t>(tally.latencies.count()) != answered) {
    line.refuse(fmt::format("{} latencies of {} answers", tally.latencies.count(), answered));
  }
  if (json.contains("io")) result.io = io_of(json.at("io"));
  if (json.contains("failure")) result.failure = failure_of(json.at("failure"));
  return result;
}

}  // namespace

void add(IoCounts& total, const IoCounts& more) noexcept {
  for (std::size_t role = 0; role < total.files.size(); ++role) {
    for (const auto counter : kFileCounters)
      total.files[role].*counter += more.files[role].*counter;
  }
  total.checkpoints += more.checkpoints;
  total.directory_syncs += more.directory_syncs;
  total.wal_bytes_max = std::max(total.wal_bytes_max, more.wal_bytes_max);
}

std::string open_line(const WorkerTask& task) {
  Json json = {{"say", "open"},
               {"protocol", kWorkerProtocol},
               {"database", task.database},
               {"set_file", task.set_file},
               {"strategy", task.strategy},
               {"workload", task.workload},
               {"rows", task.rows},
               {"payload", task.payload},
               {"seed", task.seed},
               {"reads_percent", task.reads_percent},
               {"process", task.process},
               {"processes", task.processes},
               {"threads", task.threads},
               {"in_flight", task.in_flight},
               {"operations", task.operations},
               {"counting_vfs", task.counting_vfs},
               {"memory_statistics", to_string(task.memory_statistics)}};
  if (task.script) json["script"] = to_json(*task.script);
  return json.dump();
}

std::string go_line() { return Json{{"say", "go"}}.dump(); }

std::string ready_line(std::string_view sqlite_version) {
  return Json{{"say", "ready"}, {"protocol", kWorkerProtocol}, {"sqlite_version", sqlite_version}}
      .dump();
}

std::string done_line() { return Json{{"say", "done"}}.dump(); }

std::string result_line(const WorkerResult& result) {
  const Tally& tally = result.tally;
  Json json = {{"say", "result"},
               {"attempted", tally.attempted},
               {"reads", tally.reads},
               {"writes", tally.writes},
               {"wrong_rows", tally.wrong_rows},
               {"busy_errors", tally.busy_errors},
               {"errors", tally.errors},
               {"latencies", to_json(tally.latencies)},
               {"io", to_json(result.io)}};
  if (result.failure) json["failure"] = to_json(*result.failure);
  return line_of(json);
}

std::string error_line(const WorkerFailure& failure) {
  return line_of({{"say", "error"}, {"failure", to_json(failure)}});
}

WorkerTask parse_open(std::string_view text) {
  const JsonLine line(text, kWorkerProtocol);
  return line.read([&](const Json& json) {
    if (json.at("say") != "open") line.refuse("the first line is not \"open\"");
    require_protocol(line, json);
    WorkerTask task{
        .database = json.at("database"),
        .set_file = json.at("set_file"),
        .strategy = json.at("strategy"),
        .workload = json.at("workload"),
        .rows = line.number<std::int64_t>(json, "rows", 1, kMostRows),
        .payload = json.at("payload"),
        .seed = line.number<std::uint64_t>(json, "seed", 0, INT64_MAX),
        .reads_percent = line.number<int>(json, "reads_percent", 0, 100),
        .processes = line.number<int>(json, "processes", 1, kMostProcesses),
        .threads = line.number<int>(json, "threads", 1, kMostThreads),
        .in_flight = line.number<int>(json, "in_flight", 1, kMostInFlight),
        .operations = line.number<std::int64_t>(json, "operations", 1, INT64_MAX),
        .counting_vfs = json.at("counting_vfs"),
        .memory_statistics = memory_statistics_of(line, json.at("memory_statistics")),
    };
    task.process = line.number<int>(json, "process", 0, task.processes - 1);
    if (json.contains("script")) task.script = script_of(json.at("script"));
    return task;
  });
}

void expect_go(std::string_view text) {
  const JsonLine line(text, kWorkerProtocol);
  line.read([&](const Json& json) {
    if (json.at("say") != "go") line.refuse("it is not \"go\"");
    return true;
  });
}

WorkerAnswer parse_answer(std::string_view text) {
  const JsonLine line(text, kWorkerProtocol);
  return line.read([&](const Json& json) {
    WorkerAnswer answer;
    const auto says = json.at("say").get<std::string>();
    if (says == "ready") {
      require_protocol(line, json);
      answer.says = WorkerSays::Ready;
      answer.sqlite_version = json.at("sqlite_version");
    } else if (says == "done") {
      answer.says = WorkerSays::Done;
    } else if (says == "result") {
      answer.says = WorkerSays::Result;
      answer.result = result_of(line, json);
    } else if (says == "error") {
      answer.says = WorkerSays::Error;
      answer.result.failure = failure_of(json.at("failure"));
    } else {
      line.refuse(fmt::format("a worker does not say {}", says));
    }
    return answer;
  });
}

}  // namespace pragmark

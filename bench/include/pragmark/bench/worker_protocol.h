// The lines that `pragmark bench` and its worker processes exchange: pragmark-worker/1. Each is one
// JSON object; a worker reads its standard input and answers on its standard output.
//
//   to the worker                                from the worker
//   {"say":"open","protocol":..,"database":..}   {"say":"ready","protocol":..,"sqlite_version":..}
//   {"say":"go"}                                 {"say":"done"}
//                                                {"say":"result","attempted":..,"latencies":{..},..}
//   {"say":"go"} ..
//   the end of the input: the worker ends
//
// `open` comes once: the worker opens its connections, proves the PRAGMA set on each and makes its
// clients. Each `go` makes every thread run `operations` requests; `done` comes when the last
// thread is done and stops the clock, so that it holds nothing; `result` has what was counted since
// `go`. Instead of `ready` a worker may say {"say":"error",..} and end. A worker whose benchmark is
// gone while it runs stops at the next request and ends without an answer. Both sides refuse a
// protocol that differs in a single letter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/bench/tally.h"
#include "pragmark/counting_vfs.h"
#include "pragmark/memory_statistics.h"

namespace pragmark {

inline constexpr std::string_view kWorkerProtocol = "pragmark-worker/1";

// One setting, for a worker without pragmark's PRAGMA table.
struct SettingToProve {
  std::string name;
  std::string sql;                    // sets it
  std::vector<std::string> accepted;  // answers of SQLite that mean that it is in effect
};

// What a worker without pragmark's code needs besides, spelt out.
struct WorkerScript {
  std::vector<SettingToProve> settings;  // in the order in which they are to be applied
  std::string read_sql;                  // ?1: the id
  std::string write_sql;                 // ?1, ?2, ..: the row, as in the requests file
  std::string requests_file;             // of this worker; see requests_file.h
};

// What `open` says.
struct WorkerTask {
  std::string database;  // its path
  std::string set_file;  // the PRAGMA set as a .sql file
  std::string strategy;
  std::string workload;
  std::int64_t rows = 0;
  std::string payload;
  std::uint64_t seed = 0;
  int reads_percent = 0;
  int process = 0;  // 0 to processes - 1; its threads are numbered from process * threads on
  int processes = 1;
  int threads = 1;  // of this worker
  int in_flight = 1;
  std::int64_t operations = 0;  // of each thread for each `go`
  bool counting_vfs = false;
  MemoryStatistics memory_statistics = MemoryStatistics::AsBuilt;
  std::optional<WorkerScript> script;
};

// Why a worker could not go on.
struct WorkerFailure {
  std::string message;
  std::string operation;  // a verb phrase; empty when SQLite was not involved
  std::string path;
  int extended_code = 0;     // SQLite's; 0 when it was not involved
  bool environment = false;  // the machine refuses something else than SQLite
};

struct WorkerResult {
  Tally tally;  // of all its threads
  IoCounts io;  // while they ran; all zero without the counting layer
  std::optional<WorkerFailure> failure;
};

// Adds up totals; wal_bytes_max is the larger one.
void add(IoCounts& total, const IoCounts& more) noexcept;

enum class WorkerSays { Ready, Done, Result, Error };

// An answer of a worker; which members have a meaning depends on what it says.
struct WorkerAnswer {
  WorkerSays says = WorkerSays::Done;
  std::string sqlite_version;  // Ready
  WorkerResult result;         // Result; of an Error only `failure`
};

// Lines without their line break.
[[nodiscard]] std::string open_line(const WorkerTask& task);
[[nodiscard]] std::string go_line();
[[nodiscard]] std::string ready_line(std::string_view sqlite_version);
[[nodiscard]] std::string done_line();
[[nodiscard]] std::string result_line(const WorkerResult& result);
[[nodiscard]] std::string error_line(const WorkerFailure& failure);

// All throw Error (kind Usage) that shows the line when it is not of this protocol.
[[nodiscard]] WorkerTask parse_open(std::string_view text);
void expect_go(std::string_view text);
[[nodiscard]] WorkerAnswer parse_answer(std::string_view text);

}  // namespace pragmark

// A workload says what each client (one thread) does, one request at a time. The harness owns the
// loop, the clock and the counting; a workload owns the choice of the next request.
//
//   const WorkloadInfo* workload = find_workload("mixed");
//   std::unique_ptr<Client> client = workload->make_client(options);
//   Outcome outcome = client->run();             // one request, on the clock
//
// To add a workload: a file in bench/src/workloads/ that opens with its question, its declaration
// in workloads.h and its line in the table of workload.cc.
#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <span>
#include <string_view>

#include "pragmark/bench/dataset.h"
#include "pragmark/bench/subject.h"

namespace pragmark {

// What one acknowledged request was.
enum class Outcome {
  Read,      // the row that was asked for came back
  Written,   // committed
  WrongRow,  // a read whose answer is missing or belongs to another id: the run is worthless
};

// A request that was begun.
struct Started {
  Outcome outcome = Outcome::Read;
  std::future<void> written = {};  // valid when the outcome is not known yet: a write in flight
};

// Owns:    all that its requests need, made before the clock starts.
// Threads: the thread that made it.
// Errors:  run() and start() pass on what the subject throws.
class Client {
 public:
  Client() = default;
  virtual ~Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // One request. Allocates nothing, prints nothing, keeps no lock.
  [[nodiscard]] virtual Outcome run() = 0;
  // The same request, but a write is only queued: it ends when its future is ready, which holds the
  // error if it failed. Clients that do not write need none of their own.
  [[nodiscard]] virtual Started start() { return {.outcome = run()}; }
};

struct ClientOptions {
  Subject* subject;     // outlives the client; never null
  const Dataset* data;  // outlives the client; never null
  int thread;           // 0 to threads - 1
  int threads;
  std::int64_t operations;  // that this client will be asked for; positive
  int reads_percent;        // 0 to 100; for workloads with has_read_share
};

// All views refer to static storage.
struct WorkloadInfo {
  std::string_view name;
  std::string_view description;
  bool concurrent;      // runs with the threads that the user asks for; otherwise with one
  bool reads;           // makes read requests
  bool writes;          // makes write requests
  bool has_read_share;  // the share of reads is a parameter
  std::unique_ptr<Client> (*make_client)(const ClientOptions& options);
};

[[nodiscard]] std::span<const WorkloadInfo> workloads() noexcept;
// Null when there is none of this name.
[[nodiscard]] const WorkloadInfo* find_workload(std::string_view name) noexcept;

}  // namespace pragmark

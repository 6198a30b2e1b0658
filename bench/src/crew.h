// Threads with a client each, that make their requests on command, as often as they are told.
//
//   Crew crew({.workload = workload, .subject = subject, .data = &data, .threads = 4, ..});
//   crew.wait_until_ready();
//   crew.go();
//   if (!crew.wait_until_done(output)) return;   // nobody is there any more who wants to know
//   if (!crew.failure()) use(crew.tally(), crew.elapsed());
//
// Rows and requests go on where the slice before ended. What the clients run against is the
// caller's, and so are the checks.
#pragma once

#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "pragmark/bench/request_loop.h"
#include "pragmark/bench/subject.h"
#include "pragmark/bench/tally.h"
#include "pragmark/bench/workload.h"

namespace pragmark {

struct CrewOptions {
  const WorkloadInfo* workload;  // never null
  Subject* subject;              // outlives the crew; never null
  const Dataset* data;           // outlives the crew; never null
  int threads;
  int first_client = 0;  // number of its first thread among `clients`
  int clients;           // of all crews on this database
  int in_flight = 1;
  std::int64_t operations;          // of each thread for each go()
  std::int64_t planned_operations;  // of each thread, for as many go() as are to come
  int reads_percent;
  std::int64_t busy_iterations = 0;  // of work besides, before each request; see busy_loop.h
};

// A flag that poll() can wait for.
//
// Owns:    a pipe.
// Threads: any number may ring; one waits and silences.
// Errors:  the constructor throws std::system_error, the rest nothing.
class Bell {
 public:
  Bell();
  ~Bell();
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  void ring() noexcept;
  // REQUIRES: it has rung.
  void silence() noexcept;
  [[nodiscard]] int descriptor() const noexcept { return ends_[0]; }

 private:
  std::array<int, 2> ends_{};
};

// Owns:    its threads and their clients.
// Threads: one thread at a time.
// Errors:  as the members say. A request that fails ends the slice of all threads, which are then
//          as idle as after a good one.
class Crew {
 public:
  explicit Crew(const CrewOptions& options);
  // REQUIRES: wait_until_ready() was called, and after each go() wait_until_done().
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // Every thread has opened what it needs. Throws what the first one threw that could not.
  void wait_until_ready();
  void go();
  // `output` is where the answer will go: a pipe or a socket whose other end was closed has nobody
  // who reads it. Then, or when the program is interrupted, the threads stop at their next request
  // and this returns false when they have.
  [[nodiscard]] bool wait_until_done(int output);

  // Since the last go(), once it is done.
  // REQUIRES: wait_until_done() has returned.
  [[nodiscard]] Tally tally() const;
  // From just before the first thread begins until the last is done.
  [[nodiscard]] std::chrono::nanoseconds elapsed() const;
  // What the first request that failed threw; null when none did.
  [[nodiscard]] std::exception_ptr failure();

 private:
  using Clock = std::chrono::steady_clock;
  struct alignas(64) Member {
    std::unique_ptr<Client> client;
    std::optional<Window> window;
    Tally tally;
    Clock::time_point done;
  };

  void work(int thread) noexcept;
  void prepare(int thread);
  void make_requests(Member& member);
  // The exception being handled; stops everybody.
  void note_failure() noexcept;

  const CrewOptions options_;
  std::vector<Member> members_;
  std::barrier<> gate_;  // of the threads and the one that talks
  Clock::time_point start_;
  std::atomic<int> at_work_{0};
  std::atomic<bool> stopped_{false};
  std::atomic<bool> over_{false};
  Bell done_;
  std::mutex mutex_;
  std::exception_ptr failure_;  // guarded by mutex_ while threads run
  std::vector<std::thread> threads_;
};

}  // namespace pragmark

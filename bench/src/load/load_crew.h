// The threads of a load, from the opening of their connections to the last answer.
//
//   LoadCrew crew(options);
//   crew.wait_until_ready();
//   crew.go();
//   while (!crew.wait_done(deadline)) look_around();
//   if (crew.failure()) ..
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "pragmark/bench/load/loop.h"
#include "pragmark/bench/load/operations.h"

namespace pragmark {

struct LoadCrewOptions {
  LoadClientOptions client;  // but for the number of the thread
  int threads;
  Arrivals* arrivals;  // outlives the crew; never null, nor are the others
  LoadClock* clock;
  LoadWindows* windows;
  LoadTime measured_from{0};
  LoadTime timeout{0};
  std::optional<LoadStall> stall = {};
};

// Owns:    its threads and their clients.
// Threads: one thread at a time.
// Errors:  the constructor throws std::system_error when a thread cannot be started, and
//          wait_until_ready() what a thread threw that could not open its connections.
class LoadCrew {
 public:
  explicit LoadCrew(const LoadCrewOptions& options);
  // Stops them first.
  ~LoadCrew();
  LoadCrew(const LoadCrew&) = delete;
  LoadCrew& operator=(const LoadCrew&) = delete;

  void wait_until_ready();
  void go();
  // True when every thread has its last answer, false at the deadline.
  [[nodiscard]] bool wait_done(std::chrono::steady_clock::time_point deadline);
  void stop() noexcept { stopped_.store(true, std::memory_order_relaxed); }
  // By stop(), or because the machine refused a request.
  [[nodiscard]] bool stopped() const noexcept { return stopped_.load(std::memory_order_relaxed); }

  // The rest REQUIRES: wait_done() has returned true.
  [[nodiscard]] LoadTally tally() const;
  // The machine refused a request (a full disk), which ended the load; null when none was refused.
  [[nodiscard]] std::exception_ptr failure() const { return failure_; }
  // What the first other request that failed said; empty when none did.
  [[nodiscard]] const std::string& first_error() const noexcept { return first_error_; }

 private:
  struct alignas(64) Member {
    explicit Member(std::size_t operations) : tally(operations) {}
    std::unique_ptr<LoadClient> client;
    LoadTally tally;
  };

  void work(int thread) noexcept;
  void prepare(int thread);
  void load(int thread);
  void note(const std::exception& error) noexcept;
  void end() noexcept;

  const LoadCrewOptions options_;
  std::vector<std::unique_ptr<Member>> members_;
  std::atomic<bool> stopped_{false};
  std::mutex warm_up_mutex_;
  std::mutex mutex_;  // guards what follows, but for threads_
  std::condition_variable changed_;
  int ready_ = 0;
  int done_ = 0;
  bool going_ = false;
  std::exception_ptr failure_;
  std::string first_error_;
  std::vector<std::thread> threads_;
};

}  // namespace pragmark

// One persistent connection for each thread that asks.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "pragmark/strategy.h"

namespace pragmark::internal {

// Owns:    its connections. A thread that ends gives its connection back, for the next thread that
//          asks, so that there are never more than threads at the same time.
// Threads: mine() may be called by any number of threads at once; destruction by one, when none is
//          inside an operation.
// Errors:  mine() throws Error when a connection cannot be opened or its set not be proven.
class ThreadConnections {
 public:
  explicit ThreadConnections(std::function<Connection()> open);
  ~ThreadConnections();
  ThreadConnections(const ThreadConnections&) = delete;
  ThreadConnections& operator=(const ThreadConnections&) = delete;

  // The calling thread's connection, opened on its first call.
  [[nodiscard]] Connection& mine() {
    const Last& last = last_used[id_ % last_used.size()];
    return last.owner == id_ ? *last.connection : find_or_take();
  }

 private:
  friend class ThreadEnd;
  // What this thread used last: a look at it saves the call. An id is never used again, so that an
  // entry is right as long as its owner lives.
  struct Last {
    std::uint64_t owner = 0;  // ids begin with 1
    Connection* connection = nullptr;
  };
  static constinit thread_local std::array<Last, 4> last_used;
  [[nodiscard]] Connection& find_or_take();
  [[nodiscard]] Connection& take();
  void give_back(Connection& connection);

  const std::function<Connection()> open_;
  const std::uint64_t id_;  // never used twice in a process, unlike an address
  std::mutex mutex_;        // guards the two below
  std::vector<std::unique_ptr<Connection>> all_;
  std::vector<Connection*> idle_;
};

// Opens read-only connections.
[[nodiscard]] inline std::function<Connection()> readers_of(Connector& connector) {
  return [&connector] { return connector.open(ConnectionKind::ReadOnly); };
}

}  // namespace pragmark::internal

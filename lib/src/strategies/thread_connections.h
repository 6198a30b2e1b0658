// One persistent connection for each thread that asks.
#pragma once

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
  [[nodiscard]] Connection& mine();

 private:
  friend class ThreadEnd;
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

// How a thread finds its connection without a lock: a thread-local list of (owner's id,
// connection), a handful of entries long. The list and the owners outlive each other in any order:
// 1. An owner that is destroyed leaves the registry first; entries with its id are then dead and
//    are dropped when the thread next takes a connection.
// 2. A thread that ends looks each of its entries up in the registry, under the registry's lock,
//    and gives the connection back to those owners that still live.
#include "thread_connections.h"

#include <algorithm>
#include <atomic>
#include <map>

namespace pragmark::internal {
namespace {

struct Registry {
  std::mutex mutex;  // held before any owner's mutex
  std::map<std::uint64_t, ThreadConnections*> owners;
};

// Never destroyed: threads may end after static destruction began.
Registry& registry() {
  static auto* const instance = new Registry;
  return *instance;
}

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

class ThreadEnd {
 public:
  ThreadEnd() = default;
  ThreadEnd(const ThreadEnd&) = delete;
  ThreadEnd& operator=(const ThreadEnd&) = delete;
  ~ThreadEnd() {
    const std::lock_guard lock(registry().mutex);
    for (const Entry& entry : entries_) {
      const auto owner = registry().owners.find(entry.owner);
      if (owner != registry().owners.end()) owner->second->give_back(*entry.connection);
    }
  }

  [[nodiscard]] Connection* find(std::uint64_t owner) const noexcept {
    for (const Entry& entry : entries_) {
      if (entry.owner == owner) return entry.connection;
    }
    return nullptr;
  }

  void add(std::uint64_t owner, Connection& connection) {
    const std::lock_guard lock(registry().mutex);
    std::erase_if(entries_,
                  [](const Entry& entry) { return !registry().owners.contains(entry.owner); });
    entries_.push_back({owner, &connection});
  }

 private:
  struct Entry {
    std::uint64_t owner;
    Connection* connection;
  };
  std::vector<Entry> entries_;
};

namespace {
thread_local ThreadEnd this_thread;
}  // namespace

ThreadConnections::ThreadConnections(std::function<Connection()> open)
    : open_(std::move(open)), id_(next_id()) {
  const std::lock_guard lock(registry().mutex);
  registry().owners.emplace(id_, this);
}

ThreadConnections::~ThreadConnections() {
  const std::lock_guard lock(registry().mutex);
  registry().owners.erase(id_);
}

constinit thread_local std::array<ThreadConnections::Last, 4> ThreadConnections::last_used{};

Connection& ThreadConnections::find_or_take() {
  Connection* found = this_thread.find(id_);
  Connection& mine = found != nullptr ? *found : take();
  last_used[id_ % last_used.size()] = {.owner = id_, .connection = &mine};
  return mine;
}

Connection& ThreadConnections::take() {
  Connection* connection = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      connection = idle_.back();
      idle_.pop_back();
    }
  }
  if (connection == nullptr) {
    // Outside the lock: opening may wait for busy_timeout.
    auto opened = std::make_unique<Connection>(open_());
    connection = opened.get();
    const std::lock_guard lock(mutex_);
    all_.push_back(std::move(opened));
  }
  this_thread.add(id_, *connection);
  return *connection;
}

void ThreadConnections::give_back(Connection& connection) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(&connection);
}

}  // namespace pragmark::internal

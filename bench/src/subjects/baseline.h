// What raw and the peers have in common, none of it on the clock but finding a thread's state.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "pragmark/bench/subject.h"
#include "pragmark/connection.h"
#include "pragmark/error.h"

struct sqlite3;

namespace pragmark {

inline constexpr int kTopicColumns = 10;

// Checks and counts by the library's own connection, after the clock.
//
// Owns:    a description of the database.
// Threads: any number at once.
// Errors:  every member may throw Error.
class Baseline : public Subject {
 public:
  // REQUIRES: the file holds the schema.
  explicit Baseline(SubjectOptions options);
  [[nodiscard]] std::int64_t count_topics() final;
  [[nodiscard]] std::vector<std::string> check() final;

 protected:
  [[nodiscard]] const SubjectOptions& options() const noexcept { return options_; }
  // Applies the set to a connection that the library did not open, and throws Error (kind Setting)
  // unless it is read back as asked.
  void apply_and_prove(sqlite3* handle, ConnectionKind kind) const;

 private:
  [[nodiscard]] Connection connection(ConnectionKind kind) const;

  SubjectOptions options_;
};

// Throws Error (kind Environment) unless the connection runs the SQLite that this program runs: a
// peer that was linked against another would be measured for that. `source_id` is what the peer
// answers to kSourceIdSql, on a database in memory: SQLite 3.53 reads the schema for it, and before
// the set is applied no timeout waits for a lock that other threads take when they open the file.
inline constexpr const char* kSourceIdSql = "SELECT sqlite_source_id()";
void require_same_sqlite(std::string_view peer, std::string_view source_id);

[[nodiscard]] bool needs_recovery(const Error& error) noexcept;
// The store reads again when a rollback journal was in the way of a read-only connection
// (SQLITE_READONLY_ROLLBACK; store.cc says why), after a read-write connection has looked at it.
// The same for others, or they would fail where the store does not. Costs nothing until it happens.
template <typename Read, typename Recover>
bool read_recovering(Read read, Recover recover) {
  constexpr int kTries = 20;
  for (int left = kTries;; --left) {
    try {
      return read();
    } catch (const Error& error) {
      if (left == 0 || !needs_recovery(error)) throw;
    }
    recover();
  }
}
inline constexpr const char* kRecoverySql = "SELECT count(*) FROM sqlite_schema";

// One State for each thread, found by comparing one number: the calling thread remembers the last
// owner that it asked. Two owners used in turns by one thread are correct and slow.
//
// Owns:    the states. One that a thread leaves behind goes to the next thread with its id.
// Threads: mine() by any number at once; destruction by one, when none uses its state.
// Errors:  mine() passes on what `make` throws.
template <typename State>
class StatePerThread {
 public:
  StatePerThread() : id_(++last_id_) {}
  StatePerThread(const StatePerThread&) = delete;
  StatePerThread& operator=(const StatePerThread&) = delete;

  // `make` returns a std::unique_ptr<State>.
  template <typename Make>
  [[nodiscard]] State& mine(Make make) {
    if (cached_.owner == id_) [[likely]] {
      return *cached_.state;
    }
    return find_or_make(make);
  }

 private:
  struct Cached {
    std::uint64_t owner;
    State* state;
  };

  template <typename Make>
  [[gnu::noinline]] State& find_or_make(Make make) {
    const std::thread::id thread = std::this_thread::get_id();
    State* state = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = states_.find(thread); found != states_.end()) {
        state = found->second.get();
      }
    }
    if (state == nullptr) {
      // Outside the lock: opening may wait for busy_timeout.
      std::unique_ptr<State> made = make();
      state = made.get();
      const std::lock_guard lock(mutex_);
      states_.emplace(thread, std::move(made));
    }
    cached_ = {.owner = id_, .state = state};
    return *state;
  }

  static inline std::atomic<std::uint64_t> last_id_{0};
  static inline constinit thread_local Cached cached_{.owner = 0, .state = nullptr};

  const std::uint64_t id_;  // never used twice in a process, unlike an address
  std::mutex mutex_;
  std::map<std::thread::id, std::unique_ptr<State>> states_;  // guarded by mutex_
};

}  // namespace pragmark

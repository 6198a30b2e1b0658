// How operations get connections: the difference between 57 and 60,000 writes a second.
//
// A Strategy runs an operation of the store on a connection of its choice. The store knows this
// interface alone; to add a strategy, add its file in lib/src/strategies/ and its line in the table
// of strategy.cc.
//
//   auto strategy = make_strategy("single-writer", {.path = "app.db", .set = set});
//   strategy->write([&](Connection& c) { c.execute("DELETE FROM topics"); });
//
// A strategy is named NAME[+option=value..], for instance `group-commit+checkpoints=commit`:
//
//   checkpoints  who checkpoints the WAL: the `commit` that makes it wal_autocheckpoint pages long
//                (SQLite's own way), or a connection of its own in the `background`
//   wal_writes   `direct`, or `coalesced` into one write for each commit (coalescing_vfs.h)
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pragmark/connection.h"
#include "pragmark/function_ref.h"
#include "pragmark/pragma_set.h"

namespace pragmark {

enum class Checkpoints { OnCommit, Background };
enum class WalWrites { Direct, Coalesced };

struct StrategyOptions {
  Checkpoints checkpoints = Checkpoints::OnCommit;
  WalWrites wal_writes = WalWrites::Direct;

  bool operator==(const StrategyOptions&) const = default;
};

struct Database {
  std::string path = {};  // ":memory:" for an in-memory database
  PragmaSet set;
  std::string vfs = {};  // empty for SQLite's default
};

// Opens connections to one database and counts them.
//
// Owns:    nothing but the description of the database.
// Threads: any number at once.
// Errors:  open() throws Error.
class Connector {
 public:
  explicit Connector(Database database) : database_(std::move(database)) {}

  // ENSURES: every setting of the set is read back as asked.
  [[nodiscard]] Connection open(ConnectionKind kind) { return open(kind, database_); }
  // The same file with another set or VFS.
  [[nodiscard]] Connection open(ConnectionKind kind, const Database& as);
  // Connections opened and proven so far.
  [[nodiscard]] std::uint64_t opened() const noexcept { return opened_.load(); }
  [[nodiscard]] const Database& database() const noexcept { return database_; }
  [[nodiscard]] bool in_memory() const noexcept { return database_.path == ":memory:"; }

 private:
  Database database_;
  std::atomic<std::uint64_t> opened_{0};
};

// How much an operation of Strategy::write() does; decides how it is undone alone when it fails in
// a transaction that it shares.
enum class Extent {
  Statement,    // one statement, which SQLite undoes by itself, and nothing after it that throws
  Transaction,  // any number
};

// A write that its caller does not wait for.
class SubmittedWrite {
 public:
  SubmittedWrite() = default;
  virtual ~SubmittedWrite() = default;
  SubmittedWrite(const SubmittedWrite&) = delete;
  SubmittedWrite& operator=(const SubmittedWrite&) = delete;

  // Runs its one statement (Extent::Statement).
  virtual void operator()(Connection& connection) = 0;
  // Called once, after COMMIT has returned or the write has failed.
  virtual void finish(std::exception_ptr error) noexcept = 0;
};

// What a background checkpointer has done since it started. SQLite's own checkpoints on commit
// leave no such trace.
struct CheckpointerHealth {
  std::uint64_t checkpoints = 0;  // that copied all but the frames of transactions that just ended
  std::uint64_t restarts = 0;     // after which the WAL is written from its beginning again
  std::uint64_t held_back = 0;    // by a reader of an old snapshot: the WAL grows until it ends
  std::uint64_t failed = 0;
  std::string last_error = {};  // of the failed ones
};

// Owns:    its connections.
// Threads: read(), write() and submit() may be called by any number of threads at once.
// Errors:  what the operation throws passes through; so do Errors of opening, BEGIN and COMMIT.
class Strategy {
 public:
  using Operation = FunctionRef<void(Connection&)>;

  explicit Strategy(Database database) : connector_(std::move(database)) {}
  virtual ~Strategy() = default;
  Strategy(const Strategy&) = delete;
  Strategy& operator=(const Strategy&) = delete;

  // Runs `operation` on a connection that it must only read from: a read-only one, except for an
  // in-memory database, which has one connection in all.
  virtual void read(Operation operation) = 0;
  // Runs `operation` inside BEGIN IMMEDIATE .. COMMIT on a read-write connection, perhaps on
  // another thread; rolls back when it throws. Returns after COMMIT has returned.
  virtual void write(Operation operation, Extent extent) = 0;
  // As write(), but returns when the write is queued, and waits while the queue is full. Where a
  // strategy has no queue, the write is finished before submit() returns. What was submitted is
  // finished before the strategy is destroyed.
  virtual void submit(std::unique_ptr<SubmittedWrite> write);
  // Runs `operation` on a read-write connection outside a transaction (checkpoint, backup).
  virtual void maintain(Operation operation) = 0;
  // Opens what the calling thread will need, so that its first operation does not pay for it.
  virtual void warm_up() {}
  // Empty where no background checkpointer runs.
  [[nodiscard]] virtual std::optional<CheckpointerHealth> checkpointer_health() {
    return std::nullopt;
  }

  [[nodiscard]] Connector& connector() noexcept { return connector_; }

 private:
  Connector connector_;
};

struct StrategyInfo {
  std::string_view name;
  std::string_view description;
  StrategyOptions defaults;
  bool takes_checkpoints;  // the option, in names
  bool takes_wal_writes;
  bool queues;  // submit() returns before the write is finished
  std::unique_ptr<Strategy> (*make)(Database database, StrategyOptions options);
};

[[nodiscard]] std::span<const StrategyInfo> strategies() noexcept;

// A strategy's name, understood.
struct StrategyName {
  const StrategyInfo* info;  // never null; static storage
  StrategyOptions options;

  // Canonical: options in a fixed order, and only those that differ from the defaults.
  [[nodiscard]] std::string text() const;
};

// Throws Error (kind Usage) that lists the known names, or the options that this one takes.
[[nodiscard]] StrategyName parse_strategy(std::string_view name);
// Throws as parse_strategy(). An in-memory database gets the one strategy that it can have, one
// persistent connection that takes turns, under any name.
[[nodiscard]] std::unique_ptr<Strategy> make_strategy(std::string_view name, Database database);

}  // namespace pragmark

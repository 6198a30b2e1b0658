// How operations get connections: the difference between 57 and 20,000 writes a second.
//
// A Strategy runs an operation of the store on a connection of its choice. The store knows this
// interface alone; to add a strategy, add its file in lib/src/strategies/ and its line in the table
// of strategy.cc.
//
//   auto strategy = make_strategy("single-writer", {.path = "app.db", .set = set});
//   strategy->write([&](Connection& c) { c.execute("DELETE FROM topics"); });
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "pragmark/connection.h"
#include "pragmark/function_ref.h"
#include "pragmark/pragma_set.h"

namespace pragmark {

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
  [[nodiscard]] Connection open(ConnectionKind kind);
  // Connections opened and proven so far.
  [[nodiscard]] std::uint64_t opened() const noexcept { return opened_.load(); }
  [[nodiscard]] const Database& database() const noexcept { return database_; }
  [[nodiscard]] bool in_memory() const noexcept { return database_.path == ":memory:"; }

 private:
  Database database_;
  std::atomic<std::uint64_t> opened_{0};
};

// Owns:    its connections.
// Threads: read() and write() may be called by any number of threads at once.
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
  virtual void write(Operation operation) = 0;
  // Runs `operation` on a read-write connection outside a transaction (checkpoint, backup).
  virtual void maintain(Operation operation) = 0;
  // Opens what the calling thread will need, so that its first operation does not pay for it.
  virtual void warm_up() {}

  [[nodiscard]] Connector& connector() noexcept { return connector_; }

 private:
  Connector connector_;
};

struct StrategyInfo {
  std::string_view name;
  std::string_view description;
  std::unique_ptr<Strategy> (*make)(Database database);
};

[[nodiscard]] std::span<const StrategyInfo> strategies() noexcept;
// Throws Error (kind Usage) that lists the known names. An in-memory database gets the one
// strategy that it can have, one persistent connection that takes turns, under any name.
[[nodiscard]] std::unique_ptr<Strategy> make_strategy(std::string_view name, Database database);

}  // namespace pragmark

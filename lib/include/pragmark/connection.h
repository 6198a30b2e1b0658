// One connection to one database, with its settings proven to be in effect, and the prepared
// statements that belong to it.
//
//   Connection c = Connection::open({.path = "app.db", .set = &set});
//   Statement s = c.prepare("SELECT title FROM topics WHERE id = ?1");
//   s.bind(1, "t1");
//   if (s.step()) use(s.text(0));
//
// Not for applications: they use Store, which picks the connection by a Strategy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/pragma_set.h"

struct sqlite3;
struct sqlite3_stmt;

namespace pragmark {

// A prepared statement.
//
// Owns:    the sqlite3_stmt; finalizes it on destruction. Must not outlive its Connection.
// Threads: one thread at a time, together with its Connection.
// Errors:  every member not marked noexcept may throw Error.
class Statement {
 public:
  Statement() noexcept = default;

  // Parameters count from 1. Text is not copied: it must live until the next reset() or bind().
  void bind(int index, std::string_view text);
  void bind(int index, std::int64_t number);
  void bind_null(int index);

  // Returns true when a row is there to be read.
  [[nodiscard]] bool step();
  // Runs to the end, dropping rows.
  void run();
  void reset() noexcept;

  // Columns count from 0; text is valid until the next step() or reset().
  // REQUIRES: step() returned true.
  [[nodiscard]] std::string_view text(int column) const noexcept;
  [[nodiscard]] std::int64_t integer(int column) const noexcept;
  [[nodiscard]] bool is_null(int column) const noexcept;

  [[nodiscard]] bool read_only() const noexcept;
  // For code that needs SQLite's own API; the statement keeps the ownership.
  [[nodiscard]] sqlite3_stmt* handle() const noexcept { return statement_.get(); }
  [[nodiscard]] explicit operator bool() const noexcept { return statement_ != nullptr; }

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  explicit Statement(sqlite3_stmt* statement) noexcept : statement_(statement) {}
  [[noreturn]] void fail(int code, std::string_view operation) const;

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// Resets a kept statement at the end of the scope, so that it holds no read transaction open.
class ResetAtExit {
 public:
  explicit ResetAtExit(Statement& statement) noexcept : statement_(statement) {}
  ~ResetAtExit() { statement_.reset(); }
  ResetAtExit(const ResetAtExit&) = delete;
  ResetAtExit& operator=(const ResetAtExit&) = delete;

 private:
  Statement& statement_;
};

enum class CheckpointMode { Passive, Full, Restart, Truncate };

// The row of a checkpoint. The WAL file's size says nothing about its health, this row does:
// frames_checkpointed far behind frames_in_wal means that a reader holds the WAL open.
struct CheckpointResult {
  bool busy;                         // could not finish: a reader or a writer was in the way
  std::int64_t frames_in_wal;        // -1 when the database is not in WAL mode
  std::int64_t frames_checkpointed;  // -1 when the database is not in WAL mode
};

struct OpenOptions {
  std::string path = {};  // ":memory:" with ConnectionKind::InMemory
  ConnectionKind kind = ConnectionKind::ReadWrite;
  const PragmaSet* set = nullptr;  // applied and proven when not null; outlives the call only
  std::string vfs = {};            // name of a registered VFS; empty for SQLite's default
};

// Owns:    the sqlite3 handle and its kept statements; closes them on destruction. Move-only.
// Threads: one thread at a time (opened with SQLITE_OPEN_NOMUTEX). Two threads need two.
// Errors:  every member not marked noexcept may throw Error. open() fails closed: a setting that
//          is read back differently is an Error of kind Setting.
class Connection {
 public:
  [[nodiscard]] static Connection open(const OpenOptions& options);

  [[nodiscard]] Statement prepare(std::string_view sql);
  // A statement kept for the life of the connection, prepared on first use.
  // REQUIRES: the same slot always comes with the same SQL.
  [[nodiscard]] Statement& kept(std::size_t slot, std::string_view sql) {
    return reserved(slot + kReservedSlots, sql);
  }
  // Runs any number of statements, dropping rows.
  void execute(const std::string& sql);

  // Rows changed by the last finished INSERT, UPDATE or DELETE.
  [[nodiscard]] std::int64_t changes() const noexcept;
  // Also false when SQLite has rolled a transaction back by itself (SQLITE_FULL, SQLITE_IOERR ..).
  [[nodiscard]] bool in_transaction() const noexcept;
  [[nodiscard]] CheckpointResult checkpoint(CheckpointMode mode);
  // What a checkpoint would find, without making one where the library can tell (SQLite 3.51
  // and newer); a passive checkpoint on older ones.
  [[nodiscard]] CheckpointResult checkpoint_state();

  [[nodiscard]] ConnectionKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  // For code that needs SQLite's own API; the connection keeps the ownership.
  [[nodiscard]] sqlite3* handle() const noexcept { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept;
  };
  Connection(sqlite3* handle, const OpenOptions& options)
      : handle_(handle), path_(options.path), kind_(options.kind) {}
  friend class ReadTransaction;
  friend class Savepoint;
  friend class Transaction;
  // Slots of kept() below these belong to the transactions and to Savepoint.
  static constexpr std::size_t kReservedSlots = 5;
  [[nodiscard]] Statement& reserved(std::size_t slot, std::string_view sql) {
    return slot < kept_.size() && kept_[slot] ? kept_[slot] : keep(slot, sql);
  }
  [[nodiscard]] Statement& keep(std::size_t slot, std::string_view sql);
  [[nodiscard]] CheckpointResult run_checkpoint(int mode);

  std::unique_ptr<sqlite3, Close> handle_;
  std::vector<Statement> kept_;  // after handle_: finalized before it closes
  std::string path_;
  ConnectionKind kind_;
};

// A write transaction: BEGIN IMMEDIATE at construction, so that a lock conflict shows before any
// work is done and the busy handler applies to it (a deferred transaction that upgrades from read
// to write fails at once with SQLITE_BUSY_SNAPSHOT, whatever the timeout). Rolled back on
// destruction unless committed.
//
// Owns:    the transaction, not the connection.
// Threads: the thread of its connection.
// Errors:  construction and commit() throw Error; the destructor never throws.
class Transaction {
 public:
  enum class State { Open, Committed, RolledBack };

  explicit Transaction(Connection& connection);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // ENSURES: the change is visible to every connection; how durable it is, the set decides.
  void commit();
  [[nodiscard]] State state() const noexcept { return state_; }

 private:
  Connection& connection_;
  State state_ = State::Open;
};

// A read transaction over several reads: begun by the first of them, ended on destruction. All of
// them see one snapshot, and the locks are taken once.
//
// Owns:    the transaction, not the connection.
// Threads: the thread of its connection.
// Errors:  construction throws Error; the destructor never throws.
class ReadTransaction {
 public:
  explicit ReadTransaction(Connection& connection);
  ~ReadTransaction();
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;

 private:
  Connection& connection_;
};

// A part of a write transaction that can be undone alone. Undone on destruction unless released.
//
// Owns:    the savepoint, not the transaction.
// Threads: the thread of its connection.
// Errors:  construction and release() throw Error; undo() and the destructor never throw.
class Savepoint {
 public:
  enum class State { Open, Released, Undone };

  // REQUIRES: a transaction is open.
  explicit Savepoint(Connection& connection);
  ~Savepoint();
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;

  void release();
  // Returns false when SQLite has given up the whole transaction, so that all of it is undone.
  [[nodiscard]] bool undo() noexcept;
  [[nodiscard]] State state() const noexcept { return state_; }

 private:
  Connection& connection_;
  State state_ = State::Open;
};

}  // namespace pragmark

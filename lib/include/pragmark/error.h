// What the library throws when it could not do an operation.
//
//   try { store.insert(topic); }
//   catch (const pragmark::Error& error) {
//     if (error.contention() == Contention::Busy) retry_later();
//   }
//
// Not for answers: "no such row" is an empty optional or `false`, never an Error.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;

namespace pragmark {

enum class ErrorKind {
  Usage,        // what the caller asked for makes no sense: misspelt setting, unknown strategy
  Setting,      // SQLite accepted a setting and does not have it in effect
  Schema,       // the file holds something that this version must not touch
  Environment,  // the machine refuses: directory not writable, disk full, I/O error
  Sqlite,       // any other SQLite error: constraint, BUSY, corruption
};

// Why a lock could not be had. SQLite gives four different reasons; each has another remedy.
enum class Contention {
  None,
  Busy,          // SQLITE_BUSY: another connection holds the lock; waiting helps
  BusySnapshot,  // SQLITE_BUSY_SNAPSHOT: a read transaction tried to write after another wrote
  BusyRecovery,  // SQLITE_BUSY_RECOVERY: another process recovers the WAL; waiting helps
  Locked,        // SQLITE_LOCKED: the same connection or a shared cache; no timeout helps
};

// An operation that failed, with all that is needed to find out why.
//
// Owns:    copies of everything; nothing refers to a connection.
// Threads: immutable after construction; share freely.
// Errors:  none.
class Error : public std::runtime_error {
 public:
  // `operation` is a verb phrase ("insert into topics"); `sql` may be empty.
  // REQUIRES: `handle` reported `code` last, or is null.
  static Error sqlite(sqlite3* handle, int code, std::string_view operation, std::string_view sql,
                      const std::string& path);
  static Error usage(const std::string& message);
  static Error setting_refused(std::string_view name, std::string_view asked,
                               std::string_view found, std::string_view repair,
                               const std::string& path);
  static Error newer_schema(int found, int supported, const std::string& path);
  static Error foreign_schema(std::string_view table, const std::string& path);
  static Error environment(std::string_view operation, std::string_view cause,
                           const std::string& path);
  static Error damaged(std::string_view operation, std::string_view finding,
                       const std::string& path);

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& operation() const noexcept { return operation_; }
  [[nodiscard]] const std::string& sql() const noexcept { return sql_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  // SQLite's primary and extended result codes; both 0 when SQLite was not involved.
  [[nodiscard]] int code() const noexcept { return extended_code_ & 0xff; }
  [[nodiscard]] int extended_code() const noexcept { return extended_code_; }
  [[nodiscard]] Contention contention() const noexcept;

 private:
  Error(ErrorKind kind, const std::string& message, std::string_view operation,
        std::string_view sql, const std::string& path, int extended_code);

  ErrorKind kind_;
  std::string operation_;
  std::string sql_;
  std::string path_;
  int extended_code_;
};

}  // namespace pragmark

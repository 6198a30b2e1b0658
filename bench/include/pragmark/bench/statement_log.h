// A log of every statement that SQLite runs in this process, as an application writes one that was
// told to: the SQL with its parameters filled in, a line each, into a file.
//
//   StatementLog log(directory.file("statements.log"));  // before the first connection is opened
//   ..  // SQLITE_TRACE_STMT of every connection from now on
//
// For a benchmark of what such a log costs. Not for debugging: lines of threads mix by whole lines
// only, and nothing says which thread wrote one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pragmark {

enum class StatementLogging { Off, On };

inline constexpr std::string_view kStatementLogFile = "statements.log";  // in a scratch directory

[[nodiscard]] std::string_view to_string(StatementLogging logging) noexcept;  // "off"
[[nodiscard]] std::optional<StatementLogging> parse_statement_logging(
    std::string_view text) noexcept;

// Owns:    the file, which it does not remove; what makes new connections write to it
//          (sqlite3_auto_extension), until its destruction.
// Threads: made and destroyed while no other thread uses SQLite; what connections write in between
//          comes from any thread.
// Errors:  the constructor throws Error (kind Environment) when the file cannot be made, and kind
//          Sqlite when SQLite refuses the extension.
class StatementLog {
 public:
  // REQUIRES: there is no other one, and no connection is open yet.
  explicit StatementLog(const std::string& path);
  // REQUIRES: all connections that were opened since are closed.
  ~StatementLog();
  StatementLog(const StatementLog&) = delete;
  StatementLog& operator=(const StatementLog&) = delete;

  // Lines so far.
  [[nodiscard]] std::int64_t statements() const noexcept;

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace pragmark

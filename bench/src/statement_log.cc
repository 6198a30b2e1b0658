#include "pragmark/bench/statement_log.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include <sqlite3.h>

#include "pragmark/assert.h"
#include "pragmark/error.h"

namespace pragmark {

// stdio locks the file for each call, and keeps what was written until its buffer is full: the
// usual way of a log.
struct StatementLog::File {
  std::FILE* stream = nullptr;
  std::atomic<std::int64_t> statements{0};
};

namespace {

// SQLite hands nothing of ours to an automatic extension, so the log is found here. Set before any
// connection is opened and cleared after the last was closed.
std::FILE* current_stream = nullptr;
std::atomic<std::int64_t>* current_count = nullptr;

int write_statement(unsigned kind, void* /*context*/, void* statement, void* text) {
  if (kind != SQLITE_TRACE_STMT) return 0;
  const auto* comment = static_cast<const char*>(text);
  if (comment[0] == '-' && comment[1] == '-') return 0;  // a trigger's statement, told as a comment
  char* const filled_in = sqlite3_expanded_sql(static_cast<sqlite3_stmt*>(statement));
  const std::string line = std::string(filled_in != nullptr ? filled_in : comment) + "\n";
  sqlite3_free(filled_in);
  std::fwrite(line.data(), 1, line.size(), current_stream);
  current_count->fetch_add(1, std::memory_order_relaxed);
  return 0;
}

int trace_new_connection(sqlite3* connection, char** /*message*/,
                         const sqlite3_api_routines* /*api*/) {
  return sqlite3_trace_v2(connection, SQLITE_TRACE_STMT, write_statement, nullptr);
}

// The type that sqlite3_auto_extension() takes is that of no function.
using AnyFunction = void (*)();
AnyFunction extension() { return reinterpret_cast<AnyFunction>(trace_new_connection); }

}  // namespace

std::string_view to_string(StatementLogging logging) noexcept {
  return logging == StatementLogging::On ? "on" : "off";
}

std::optional<StatementLogging> parse_statement_logging(std::string_view text) noexcept {
  for (const auto one : {StatementLogging::Off, StatementLogging::On}) {
    if (text == to_string(one)) return one;
  }
  return std::nullopt;
}

StatementLog::StatementLog(const std::string& path) : file_(std::make_unique<File>()) {
  PRAGMARK_ASSERT(current_stream == nullptr);
  file_->stream = std::fopen(path.c_str(), "wbe");
  if (file_->stream == nullptr) {
    throw Error::environment("write the statement log", std::system_category().message(errno),
                             path);
  }
  if (const int code = sqlite3_auto_extension(extension()); code != SQLITE_OK) {
    std::fclose(file_->stream);
    throw Error::sqlite(nullptr, code, "log statements", "", "");
  }
  current_stream = file_->stream;
  current_count = &file_->statements;
}

StatementLog::~StatementLog() {
  sqlite3_cancel_auto_extension(extension());
  current_stream = nullptr;
  current_count = nullptr;
  std::fclose(file_->stream);
}

std::int64_t StatementLog::statements() const noexcept { return file_->statements; }

}  // namespace pragmark

#include "pragmark/error.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace pragmark {
namespace {

// The likely next act for what went wrong.
std::string_view repair_for(int extended_code) noexcept {
  switch (extended_code) {
    case SQLITE_BUSY_SNAPSHOT:
      return "another connection wrote since this read began; start it with BEGIN IMMEDIATE";
    case SQLITE_BUSY_RECOVERY: return "another process is recovering the WAL; try again";
    case SQLITE_IOERR_LOCK:
      return "another connection holds the file exclusively, or the filesystem has no locks";
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return "the row that it refers to is missing, or rows still refer to it";
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY: return "a row with this id exists; use upsert to replace it";
    default: break;
  }
  switch (extended_code & 0xff) {
    case SQLITE_BUSY:
      return "another connection holds the lock; raise busy_timeout or use single-writer";
    case SQLITE_LOCKED:
      return "this connection or its shared cache holds the lock; finish its statements first";
    case SQLITE_FULL: return "the disk is full; free some space";
    case SQLITE_IOERR: return "the disk reported an error; check its space, quota and health";
    case SQLITE_CANTOPEN: return "does the directory exist, and may it be written to?";
    case SQLITE_READONLY:
    case SQLITE_PERM: return "the file or its directory may not be written to";
    case SQLITE_NOTADB: return "is this an SQLite database, and not encrypted?";
    case SQLITE_CORRUPT: return "the database is damaged; restore a backup";
    default: return "";
  }
}

ErrorKind kind_of(int extended_code) noexcept {
  if (extended_code == SQLITE_IOERR_LOCK) return ErrorKind::Sqlite;
  switch (extended_code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOLFS:
    case SQLITE_NOMEM: return ErrorKind::Environment;
    default: return ErrorKind::Sqlite;
  }
}

}  // namespace

Error::Error(ErrorKind kind, const std::string& message, std::string_view operation,
             std::string_view sql, const std::string& path, int extended_code)
    : std::runtime_error(message),
      kind_(kind),
      operation_(operation),
      sql_(sql),
      path_(path),
      extended_code_(extended_code) {}

Error Error::sqlite(sqlite3* handle, int code, std::string_view operation, std::string_view sql,
                    const std::string& path) {
  int extended = code;
  std::string said = sqlite3_errstr(code);
  if (handle != nullptr && (sqlite3_extended_errcode(handle) & 0xff) == (code & 0xff)) {
    extended = sqlite3_extended_errcode(handle);
    said = sqlite3_errmsg(handle);
  }
  std::string message = fmt::format("{}: {} (SQLite code {}", operation, said, extended & 0xff);
  if (extended != (extended & 0xff)) message += fmt::format(", extended {}", extended);
  message += fmt::format(") in {}", path);
  if (const std::string_view repair = repair_for(extended); !repair.empty()) {
    message += fmt::format(": {}", repair);
  }
  return {kind_of(extended), message, operation, sql, path, extended};
}

Error Error::usage(const std::string& message) {
  return {ErrorKind::Usage, message, "", "", "", 0};
}

Error Error::setting_refused(std::string_view name, std::string_view asked, std::string_view found,
                             std::string_view repair, const std::string& path) {
  return {ErrorKind::Setting,
          fmt::format("apply {}: asked {}, SQLite reports {} in {}: {}", name, asked,
                      found.empty() ? "nothing" : found, path, repair),
          fmt::format("apply {}", name),
          "",
          path,
          0};
}

Error Error::newer_schema(int found, int supported, const std::string& path) {
  return {ErrorKind::Schema,
          fmt::format("open {}: its schema has version {}, this pragmark knows up to {}: "
                      "use the newer pragmark that wrote it",
                      path, found, supported),
          "open",
          "",
          path,
          0};
}

Error Error::foreign_schema(std::string_view table, const std::string& path) {
  return {ErrorKind::Schema,
          fmt::format("open {}: it holds the table {} of something else: give a path of its own "
                      "to pragmark's store",
                      path, table),
          "open",
          "",
          path,
          0};
}

Error Error::environment(std::string_view operation, std::string_view cause,
                         const std::string& path) {
  return {ErrorKind::Environment,
          fmt::format("{} {}: {}", operation, path, cause),
          operation,
          "",
          path,
          0};
}

Error Error::damaged(std::string_view operation, std::string_view finding,
                     const std::string& path) {
  return {ErrorKind::Sqlite,
          fmt::format("{} {}: the database is damaged ({}): restore a backup", operation, path,
                      finding),
          operation,
          "",
          path,
          SQLITE_CORRUPT};
}

Contention Error::contention() const noexcept {
  if (extended_code_ == SQLITE_BUSY_SNAPSHOT) return Contention::BusySnapshot;
  if (extended_code_ == SQLITE_BUSY_RECOVERY) return Contention::BusyRecovery;
  if (code() == SQLITE_BUSY) return Contention::Busy;
  if (code() == SQLITE_LOCKED) return Contention::Locked;
  return Contention::None;
}

}  // namespace pragmark

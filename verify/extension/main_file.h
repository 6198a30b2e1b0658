// The file behind `main`, seen through the connection's own file handle: no lock is taken, nothing
// is written, nothing is opened.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "pragmark/pragma.h"

struct sqlite3;

namespace pragmark {

// How the application opened `main`. Without a name and without an answer, it is taken as in
// memory.
[[nodiscard]] ConnectionKind kind_of(sqlite3* db);

// The value of a parameter of the URI by which `main` was opened; empty without one.
[[nodiscard]] std::optional<std::string> uri_parameter(sqlite3* db, const char* name);
// Opened with cache=shared. A process can also turn sharing on for all; that does not show.
[[nodiscard]] bool uses_shared_cache(sqlite3* db);

struct FileHeader {
  int page_size_bytes;
  bool wal;
};
// Empty when there is no file, or nothing in it that looks like a database (not yet, or encrypted).
[[nodiscard]] std::optional<FileHeader> read_file_header(sqlite3* db);

struct WalState {
  std::uint32_t frames;      // in the WAL
  std::uint32_t backfilled;  // of these, copied to the database by checkpoints
};
// Empty unless the connection uses a WAL and its index is mapped already. Throws Error when SQLite
// refuses to tell the journal mode.
[[nodiscard]] std::optional<WalState> read_wal_state(sqlite3* db);

}  // namespace pragmark

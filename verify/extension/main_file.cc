#include "main_file.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include <sqlite3.h>

#include "host_build.h"
#include "pragmark/assert.h"
#include "pragmark/error.h"

namespace pragmark {
namespace {

constexpr char kMain[] = "main";
constexpr int kWalIndexRegionBytes = 32768;  // what SQLite maps at a time

std::string read_back_of(sqlite3* db, std::string_view name) {
  const PragmaSpec* spec = find_pragma(name);
  PRAGMARK_ASSERT(spec != nullptr);
  return read_back(db, *spec).value_or("");
}

// Null when `main` has no file open.
sqlite3_file* main_file(sqlite3* db) {
  sqlite3_file* file = nullptr;
  const int code = sqlite3_file_control(db, kMain, SQLITE_FCNTL_FILE_POINTER, &file);
  return code == SQLITE_OK && file != nullptr && file->pMethods != nullptr ? file : nullptr;
}

// A temporary database has no name, as one in memory, but may have a file. Only the former knows
// journal modes that need one.
bool has_temporary_file(sqlite3* db) {
  try {
    const std::string mode = read_back_of(db, "journal_mode");
    return mode != "MEMORY" && mode != "OFF";
  } catch (const Error&) {
    return false;  // an authorizer forbids the question; each setting says so
  }
}

bool held_in_memory_by_vfs(sqlite3* db) {
  char* name = nullptr;
  const int code = sqlite3_file_control(db, kMain, SQLITE_FCNTL_VFSNAME, &name);
  const bool memory = code == SQLITE_OK && name != nullptr && std::string_view(name) == "memdb";
  sqlite3_free(name);
  return memory;
}

}  // namespace

ConnectionKind kind_of(sqlite3* db) {
  if (held_in_memory_by_vfs(db)) return ConnectionKind::InMemory;
  const char* path = sqlite3_db_filename(db, kMain);
  if (path == nullptr || *path == '\0') {
    if (!has_temporary_file(db)) return ConnectionKind::InMemory;
  }
  return sqlite3_db_readonly(db, kMain) == 1 ? ConnectionKind::ReadOnly : ConnectionKind::ReadWrite;
}

std::optional<std::string> uri_parameter(sqlite3* db, const char* name) {
  const char* path = sqlite3_db_filename(db, kMain);
  if (path == nullptr) return std::nullopt;
  const char* value = sqlite3_uri_parameter(path, name);
  if (value == nullptr) return std::nullopt;
  return value;
}

bool uses_shared_cache(sqlite3* db) {
  return uri_parameter(db, "cache") == "shared" && !build_option("OMIT_SHARED_CACHE");
}

// https://www.sqlite.org/fileformat2.html#the_database_header
std::optional<FileHeader> read_file_header(sqlite3* db) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  std::array<char, 20> header{};
  sqlite3_file* file = main_file(db);
  if (file == nullptr ||
      file->pMethods->xRead(file, header.data(), static_cast<int>(header.size()), 0) != SQLITE_OK ||
      std::string_view(header.data(), kMagic.size()) != kMagic) {
    return std::nullopt;
  }
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(header[at]); };
  const int page_size = byte(16) * 256 + byte(17);
  return FileHeader{.page_size_bytes = page_size == 1 ? 65536 : page_size, .wal = byte(18) == 2};
}

// https://www.sqlite.org/walformat.html#the_wal_index_header: two copies of 12 words, of which
// word 4 is the number of frames, then how many of these are backfilled. All but EXCLUSIVE locking
// has the index in shared memory, which the running query's read transaction has mapped: asking for
// it again only returns the address. Without that, asking would create the file.
std::optional<WalState> read_wal_state(sqlite3* db) {
  constexpr std::size_t kHeaderWords = 12;
  constexpr std::size_t kFrames = 4;
  constexpr std::size_t kBackfilled = 2 * kHeaderWords;
  constexpr int kAttempts = 10;
  sqlite3_file* file = main_file(db);
  if (file == nullptr || file->pMethods->iVersion < 2 || file->pMethods->xShmMap == nullptr ||
      sqlite3_txn_state(db, kMain) == SQLITE_TXN_NONE ||
      read_back_of(db, "journal_mode") != "WAL" || read_back_of(db, "locking_mode") != "NORMAL") {
    return std::nullopt;
  }
  volatile void* region = nullptr;
  const int code = file->pMethods->xShmMap(file, 0, kWalIndexRegionBytes, 0, &region);
  if ((code != SQLITE_OK && code != SQLITE_READONLY) || region == nullptr) return std::nullopt;
  const auto* words = static_cast<const volatile std::uint32_t*>(region);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const WalState state{.frames = words[kFrames], .backfilled = words[kBackfilled]};
    // A writer changes one copy after the other; while they differ, neither is to be believed.
    if (std::equal(words, words + kHeaderWords, words + kHeaderWords)) return state;
  }
  return std::nullopt;
}

}  // namespace pragmark

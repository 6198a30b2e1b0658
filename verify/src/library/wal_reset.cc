// How the bug is made to happen. N frames in the WAL, all of them copied into the database: the
// next commit begins the WAL anew. A second connection checkpoints. It reads the wal-index header
// (N frames), and right then the commit comes: the WAL has k frames now, none of them copied.
// Without the fix the checkpoint goes on with the header that it read, copies what it takes for
// frames 1..N and notes in the wal-index that N frames are copied. Of the commits that follow,
// frames k+1..N are then taken for copied and never are: once the WAL is more than N frames long
// and is checkpointed, their pages are missing from the database.
//
// With the fix (3.51.3, and the versions in advisories.cc) the checkpoint sees that the salts of
// the header have changed and copies nothing.
#include "wal_reset.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <sqlite3.h>

#include "pragmark/checkpoint_hook_vfs.h"
#include "pragmark/connection.h"
#include "pragmark/error.h"
#include "pragmark/pragma.h"

namespace pragmark {
namespace {

// Rows fill pages of their own, so that rows are frames. The second lot has to be the larger one:
// with it the WAL becomes longer than it was before it began anew.
constexpr int kRowsBefore = 64;
constexpr int kRowsInside = 1;
constexpr int kRowsAfter = 256;

// No sync: nothing here is about the power, and the trial takes no time then.
const std::vector<Setting>& trial_settings() {
  static const std::vector<Setting> settings = {
      parse_setting("page_size", "1024"),       parse_setting("journal_mode", "WAL"),
      parse_setting("busy_timeout", "0"),       parse_setting("synchronous", "OFF"),
      parse_setting("wal_autocheckpoint", "0"), parse_setting("mmap_size", "0")};
  return settings;
}

Connection open_for_trial(const OpenOptions& options) {
  Connection connection = Connection::open(options);
  apply_settings(connection.handle(), trial_settings(), options.kind);
  return connection;
}

// The same rows in every trial, so that a library is found affected or not, and not now and then.
void insert_rows(Connection& connection, int rows) {
  constexpr std::int64_t kStride = 2'654'435'761;  // neighbours go to different ends of the index
  connection.execute(fmt::format("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                                 "WHERE i < {}) INSERT INTO trial(payload) "
                                 "SELECT printf('%010d', (i + (SELECT count(*) FROM trial)) * {} % "
                                 "4294967296) || hex(zeroblob(400)) FROM n",
                                 rows, kStride));
}

std::int64_t count_rows(Connection& connection) {
  Statement count = connection.prepare("SELECT count(*) FROM trial NOT INDEXED");
  return count.step() ? count.integer(0) : 0;
}

// Begins with a sequence number and the salts, which are new whenever the WAL begins anew.
std::string wal_header(const std::string& database_path) {
  constexpr std::size_t kWalHeaderBytes = 32;
  std::array<char, kWalHeaderBytes> header{};
  std::ifstream(database_path + "-wal", std::ios::binary).read(header.data(), header.size());
  return {header.begin(), header.end()};
}

// What a damaged database answers with; anything else is a matter of the disk.
bool is_damage(const Error& error) {
  return error.code() == SQLITE_CORRUPT || error.code() == SQLITE_NOTADB ||
         error.extended_code() == SQLITE_IOERR_SHORT_READ;
}

// The commits after the race and the checkpoint of all of them, then a look by a connection that
// knows nothing of the others.
void go_on(Connection& writer) {
  insert_rows(writer, kRowsAfter);
  static_cast<void>(writer.checkpoint(CheckpointMode::Truncate));
}

void look(const std::string& path, WalResetTrial& trial) {
  Connection reader = Connection::open({.path = path});
  const std::vector<std::string> findings = integrity_check(reader.handle());
  if (!findings.empty()) {
    trial.finding = findings.front();  // of several lines, the first of which names the database
    std::ranges::replace(trial.finding, '\n', ' ');
  }
  trial.rows_found = count_rows(reader);
  if (findings.empty() && trial.rows_found < trial.rows_committed) {
    trial.finding = "integrity_check is clean and rows are lost";
  }
}

// The checkpoint and, inside it or after it, the commit. Returns why the race did not come about;
// empty when it did.
std::string race(Connection& keeper, Connection& writer, CheckpointHookVfs& vfs,
                 WalResetHook hook) {
  const std::string before = wal_header(writer.path());
  std::optional<std::string> failed;
  if (hook == WalResetHook::Armed) {
    vfs.at_next_moment([&] {
      try {
        insert_rows(writer, kRowsInside);
      } catch (const std::exception& error) {
        failed = error.what();
      }
    });
  }
  const std::uint64_t moments = vfs.moments();
  static_cast<void>(keeper.checkpoint(CheckpointMode::Passive));
  vfs.at_next_moment(nullptr);
  if (vfs.moments() == moments) {
    return "SQLite does not make the call in which the test steps in: it was built without "
           "memory-mapped I/O (MAX_MMAP_SIZE=0)";
  }
  if (failed) return "the commit inside the checkpoint failed: " + *failed;
  if (hook != WalResetHook::Armed) insert_rows(writer, kRowsInside);
  if (wal_header(writer.path()) == before) return "the commit did not begin the WAL anew";
  return "";
}

// Writes to the wal-index, as a checkpoint does, how many frames are copied: WalCkptInfo.nBackfill
// (wal.c), right behind the two copies of the header.
void mark_as_copied(Connection& connection, std::int64_t frames) {
  constexpr int kIndexPageBytes = 32768;
  constexpr std::size_t kHeaderBytes = 48;
  sqlite3_file* file = nullptr;
  sqlite3_file_control(connection.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  void volatile* index = nullptr;
  const int code = file->pMethods->xShmMap(file, 0, kIndexPageBytes, 0, &index);
  if (code != SQLITE_OK || index == nullptr) {
    throw Error::sqlite(nullptr, code, "map the wal-index", "", connection.path());
  }
  static_cast<std::uint32_t volatile*>(index)[2 * kHeaderBytes / sizeof(std::uint32_t)] =
      static_cast<std::uint32_t>(frames);
}

}  // namespace

WalResetTrial try_wal_reset(const std::filesystem::path& directory, WalResetHook hook) {
  const std::string path =
      (directory / fmt::format("wal-reset-{}.db", static_cast<int>(hook))).string();
  CheckpointHookVfs vfs;
  WalResetTrial trial;
  trial.rows_committed = kRowsBefore + kRowsInside + kRowsAfter;
  std::optional<Connection> writer =
      open_for_trial({.path = path, .kind = ConnectionKind::SchemaCreation});
  if (read_back(writer->handle(), *find_pragma("journal_mode")) != "WAL") {
    trial.finding = "this library or this filesystem has no WAL";
    return trial;
  }
  writer->execute("CREATE TABLE trial(payload TEXT); CREATE INDEX trial_by ON trial(payload)");
  std::optional<Connection> keeper = open_for_trial({.path = path, .vfs = vfs.name()});
  static_cast<void>(count_rows(*keeper));  // it knows a header now, so that the next is a new one
  insert_rows(*writer, kRowsBefore);
  const CheckpointResult whole = writer->checkpoint(CheckpointMode::Passive);
  if (whole.frames_checkpointed != whole.frames_in_wal || whole.busy) {
    trial.finding = "the checkpoint before the race did not copy the whole WAL";
    return trial;
  }
  trial.finding = race(*keeper, *writer, vfs, hook);
  if (!trial.finding.empty()) return trial;
  if (hook == WalResetHook::Simulated) mark_as_copied(*writer, whole.frames_in_wal);
  try {
    go_on(*writer);
    keeper.reset();
    writer.reset();
    look(path, trial);
  } catch (const Error& error) {
    if (!is_damage(error)) throw;
    if (trial.finding.empty()) trial.finding = sqlite3_errstr(error.code());
  }
  trial.outcome =
      trial.finding.empty() ? WalResetTrial::Outcome::Clean : WalResetTrial::Outcome::Damaged;
  return trial;
}

}  // namespace pragmark

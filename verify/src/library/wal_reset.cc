// How the bug is made to happen. N frames in the WAL, all of them copied into the database: the next
// commit begins the WAL anew. A second connection checkpoints. It reads the wal-index header (N
// frames), and right then the commit comes: the WAL has k frames now, none of them copied. Without
// the fix the checkpoint goes on with the header that it read, copies what it takes for frames 1..N
// and notes in the wal-index that N frames are copied. Of the commits that follow, frames k+1..N are
// then taken for copied and never are: once the WAL is more than N frames long and is checkpointed,
// their pages are missing from the database.
//
// With the fix (3.51.3, and the versions in advisories.cc) the checkpoint sees that the salts of the
// header have changed and copies nothing.
#include "wal_reset.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <vector>

#include <fmt/format.h>

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

void insert_rows(Connection& connection, int rows) {
  connection.execute(fmt::format("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                                 "WHERE i < {}) INSERT INTO trial(payload) "
                                 "SELECT randomblob(800) FROM n",
                                 rows));
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

void look(const std::string& path, WalResetTrial& trial) {
  trial.outcome = WalResetTrial::Outcome::Damaged;
  try {
    Connection reader = Connection::open({.path = path});
    const std::vector<std::string> findings = integrity_check(reader.handle());
    if (!findings.empty()) trial.finding = findings.front();
    trial.rows_found = count_rows(reader);
    if (findings.empty() && trial.rows_found == trial.rows_committed) {
      trial.outcome = WalResetTrial::Outcome::Clean;
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::Environment) throw;
    if (trial.finding.empty()) trial.finding = error.what();
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
  if (hook == WalResetHook::Disarmed) insert_rows(writer, kRowsInside);
  if (wal_header(writer.path()) == before) return "the commit did not begin the WAL anew";
  return "";
}

}  // namespace

WalResetTrial try_wal_reset(const std::filesystem::path& directory, WalResetHook hook) {
  const std::string path =
      (directory / (hook == WalResetHook::Armed ? "armed.db" : "disarmed.db")).string();
  CheckpointHookVfs vfs;
  WalResetTrial trial;
  trial.rows_committed = kRowsBefore + kRowsInside + kRowsAfter;
  {
    Connection writer = open_for_trial({.path = path, .kind = ConnectionKind::SchemaCreation});
    if (read_back(writer.handle(), *find_pragma("journal_mode")) != "WAL") {
      trial.finding = "this library or this filesystem has no WAL";
      return trial;
    }
    writer.execute("CREATE TABLE trial(payload BLOB); CREATE INDEX trial_by ON trial(payload)");
    Connection keeper = open_for_trial({.path = path, .vfs = vfs.name()});
    static_cast<void>(count_rows(keeper));  // it knows a header now, so that the next is a new one
    insert_rows(writer, kRowsBefore);
    const CheckpointResult whole = writer.checkpoint(CheckpointMode::Passive);
    if (whole.frames_checkpointed != whole.frames_in_wal || whole.busy) {
      trial.finding = "the checkpoint before the race did not copy the whole WAL";
      return trial;
    }
    trial.finding = race(keeper, writer, vfs, hook);
    if (!trial.finding.empty()) return trial;
    insert_rows(writer, kRowsAfter);
    static_cast<void>(writer.checkpoint(CheckpointMode::Truncate));
  }
  look(path, trial);
  return trial;
}

}  // namespace pragmark

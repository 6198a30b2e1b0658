// Which journal protects a transaction, and who waits for whom: J001 journal_mode.
#include <array>
#include <fstream>
#include <optional>

#include <fmt/format.h>
#include <sqlite3.h>

#include "behaviour/behaviour_check.h"
#include "behaviour/sabotage.h"

namespace pragmark::behaviour {
namespace {

struct Traces {
  std::optional<int> commit_beside_reader;  // empty when nobody else could read
  bool reader_kept_its_snapshot = false;
  bool journal_during = false;
  bool journal_after = false;
  std::int64_t journal_bytes_after = 0;
  std::int64_t wal_bytes = 0;
  int file_format = 0;  // bytes 18 and 19 of the file: 2 for WAL, 1 for the others
};

bool is_there(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::exists(file, ignored);
}

// REQUIRES: this process has no connection to the file, which would lose its locks.
int file_format_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::array<char, 20> header{};
  stream.read(header.data(), header.size());
  constexpr std::size_t kWriteVersion = 18;
  constexpr std::size_t kReadVersion = 19;
  return stream && header[kWriteVersion] == header[kReadVersion] ? header[kReadVersion] : 0;
}

// The writer has a transaction open; a reader reads beside it, and keeps its snapshot while the
// writer commits.
void read_beside(Connection& writer, Connection& reader, Traces& traces) {
  int code = attempt(reader, "BEGIN; SELECT count(*) FROM t");
  const bool sees_old = code == SQLITE_OK && number(reader, "SELECT count(*) FROM t") == 1;
  if (code == SQLITE_OK) code = attempt(writer, "COMMIT");
  traces.commit_beside_reader = code;
  traces.reader_kept_its_snapshot =
      sees_old && code == SQLITE_OK && number(reader, "SELECT count(*) FROM t") == 1;
  static_cast<void>(attempt(reader, "COMMIT"));
}

Traces trace(const Experiment& experiment) {
  Traces traces;
  {
    Connection writer = experiment.open();
    writer.execute("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
    std::optional<Connection> reader;
    if (!experiment.is_exclusive()) reader = experiment.open();
    writer.execute("BEGIN IMMEDIATE; INSERT INTO t VALUES (2)");
    traces.journal_during = is_there(experiment.file("-journal"));
    if (reader) read_beside(writer, *reader, traces);
    if (writer.in_transaction()) writer.execute("COMMIT");
    traces.journal_after = is_there(experiment.file("-journal"));
    traces.journal_bytes_after = file_bytes(experiment.file("-journal"));
    traces.wal_bytes = file_bytes(experiment.file("-wal"));
  }
  traces.file_format = file_format_of(experiment.file());
  return traces;
}

// Without a journal, what has reached the file stays there whatever ROLLBACK says.
bool rolls_back_what_reached_the_file(const Experiment& experiment) {
  {
    Connection writer = experiment.open();
    writer.execute("CREATE TABLE undone(x); BEGIN IMMEDIATE; INSERT INTO undone VALUES (1)");
    sqlite3_db_cacheflush(writer.handle());
    static_cast<void>(attempt(writer, "ROLLBACK"));
  }
  Connection reader = experiment.open();
  return number(reader, "SELECT count(*) FROM undone") == 0;
}

std::string_view mode_of(const Experiment& experiment, const Traces& traces) {
  const bool blocked = traces.commit_beside_reader && *traces.commit_beside_reader != SQLITE_OK;
  const bool concurrent = traces.commit_beside_reader && traces.reader_kept_its_snapshot;
  if (traces.file_format == 2) {
    const bool is_wal = traces.wal_bytes > 0 && !blocked && !traces.journal_during;
    return is_wal && (concurrent || experiment.is_exclusive()) ? "WAL" : "";
  }
  if (traces.file_format != 1 || traces.wal_bytes > 0) return "";
  if (traces.journal_during) {
    if (!traces.journal_after) return "DELETE";
    return traces.journal_bytes_after == 0 ? "TRUNCATE" : "PERSIST";
  }
  return rolls_back_what_reached_the_file(experiment) ? "MEMORY" : "OFF";
}

std::string describe(const Traces& traces, std::string_view mode) {
  std::string seen;
  if (traces.commit_beside_reader) {
    seen = *traces.commit_beside_reader == SQLITE_OK
               ? "commit beside a reader; "
               : fmt::format("reader in the way: {}; ", code_name(*traces.commit_beside_reader));
  }
  if (traces.wal_bytes > 0) seen += fmt::format("WAL of {} bytes", traces.wal_bytes);
  if (traces.wal_bytes == 0 && !traces.journal_during) seen += "no journal on disk";
  if (traces.journal_during) {
    seen += traces.journal_after
                ? fmt::format("journal, {} bytes after", traces.journal_bytes_after)
                : "journal, none after";
  }
  return fmt::format("{}; file format {}: {}", seen, traces.file_format,
                     mode.empty() ? "like no journal mode" : mode);
}

Observation observe_journal_mode(Experiment& experiment) {
  const Traces traces = trace(experiment);
  const std::string_view mode = mode_of(experiment, traces);
  const std::string_view claim = experiment.claim();
  const std::string seen = describe(traces, mode);
  // An exclusive connection keeps its journal file for the next transaction, whatever the mode.
  if (experiment.is_exclusive() && mode == "PERSIST" && claim == "DELETE") return consistent(seen);
  return mode == claim ? as_claimed(seen) : contrary(seen);
}

// A filesystem whose locks are coarse: nobody may read the WAL while somebody writes to it.
class CoarselyLockedFile : public SabotagedFile<CoarselyLockedFile> {
 public:
  using SabotagedFile::SabotagedFile;

  int shm_lock(int first, int count, int flags) {
    constexpr int kWriteLock = 0;
    constexpr int kFirstReadLock = 3;
    const bool takes = (flags & SQLITE_SHM_LOCK) != 0;
    const bool others = layer().wal_writer != nullptr && layer().wal_writer != this;
    if (takes && first >= kFirstReadLock && others) return SQLITE_BUSY;
    const int code = ForwardingFile::shm_lock(first, count, flags);
    if (first == kWriteLock && code == SQLITE_OK) layer().wal_writer = takes ? this : nullptr;
    return code;
  }
};

constexpr std::array<std::string_view, 9> kRight = {
    "production",
    "production+locking_mode=EXCLUSIVE",
    "default",
    "default+locking_mode=EXCLUSIVE",
    "default+journal_mode=TRUNCATE",
    "default+journal_mode=TRUNCATE+locking_mode=EXCLUSIVE",
    "default+journal_mode=PERSIST",
    "default+journal_mode=MEMORY",
    "default+journal_mode=OFF"};
constexpr std::array kControls = {
    Control{.what = "DELETE behind a set that claims WAL",
            .claimed = "production",
            .applied = "production+journal_mode=DELETE",
            .expected = Verdict::Fail},
    Control{.what = "OFF behind a set that claims MEMORY",
            .claimed = "default+journal_mode=MEMORY",
            .applied = "default+journal_mode=OFF",
            .expected = Verdict::Fail},
    Control{.what = "WAL on a filesystem whose locks let nobody read while somebody writes",
            .claimed = "production",
            .applied = "production",
            .expected = Verdict::Ineffective,
            .sabotage = sabotage_by<CoarselyLockedFile>},
};

constexpr std::array kChecks = {
    BehaviourCheck{
        .id = "J001",
        .setting = "journal_mode",
        .question = "do readers and the writer go on beside each other, and which files are used?",
        .claim = "",
        .runs = Runs::Always,
        .consequence = "readers and the writer block each other, or a crash in a transaction "
                       "leaves it half written",
        .repair = "",
        .documentation = "https://www.sqlite.org/wal.html",
        .observe = observe_journal_mode,
        .right = kRight,
        .controls = kControls},
};

}  // namespace

std::span<const BehaviourCheck> journal_checks() noexcept { return kChecks; }

}  // namespace pragmark::behaviour

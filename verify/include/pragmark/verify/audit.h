// The audit of somebody's database: what is stored in the file, what is wrong with it, and what its
// connections must set themselves. Not a byte of it changes.
//
//   AuditReport report = audit({.path = "app.db"});
//   for (const Finding& finding : report.findings) use(finding.message, finding.repair);
//
// Not in a process that has the database open by other means: POSIX drops all of a process's locks
// on a file when any descriptor of that file is closed (https://www.sqlite.org/howtocorrupt.html,
// 2.2). How the promise is kept is in verify/src/audit/snapshot.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/pragma_set.h"
#include "pragmark/verify/check.h"
#include "pragmark/verify/environment.h"
#include "pragmark/verify/sqlite_library.h"

namespace pragmark {

enum class Severity {
  Error,    // data is damaged, lost or at risk
  Warning,  // works, and costs safety, speed or space
  Notice,   // worth knowing; nothing is wrong
  Unknown,  // could not be determined
};

[[nodiscard]] std::string_view to_string(Severity severity) noexcept;  // "error", "warning", ..

struct Finding {
  std::string id;  // of the check, e.g. "A401"; one id may have several findings
  Severity severity = Severity::Unknown;
  std::string subject;                // a table, an index, "wal", ..
  std::string message;                // what was found
  std::vector<std::string> evidence;  // what SQLite said, line by line; may be cut short
  std::string consequence;
  std::string repair;         // a line to paste, or what to do; empty unless there is one
  std::string documentation;  // URL, or empty
};

// The first 100 bytes, as of the last commit (https://www.sqlite.org/fileformat2.html).
struct HeaderFacts {
  std::int64_t file_bytes = 0;
  std::int64_t page_size_bytes = 0;
  std::int64_t pages = 0;  // of the database, the WAL's included
  std::int64_t freelist_pages = 0;
  int write_version = 0;
  int read_version = 0;
  int reserved_bytes = 0;  // at the end of each page
  std::int64_t change_counter = 0;
  std::int64_t schema_cookie = 0;
  std::int64_t schema_format = 0;
  std::string encoding;  // "UTF-8", "UTF-16le", "UTF-16be", "unknown"
  std::int64_t user_version = 0;
  std::int64_t application_id = 0;
  std::string application;  // whose it is, where the id is known
  std::string auto_vacuum;  // "NONE", "FULL", "INCREMENTAL"
  std::string written_by;   // the SQLite version that wrote it last, "unknown" before 3.7.0
};

enum class RollbackJournal {
  None,
  Idle,   // there, and of no effect: empty or zeroed
  InUse,  // of a transaction that runs now
  Hot,    // of a writer that died; it has to be rolled back
};

[[nodiscard]] std::string_view to_string(RollbackJournal journal) noexcept;

struct JournalFacts {
  bool wal_mode = false;  // as stored in the header
  bool live = false;      // another process has the WAL open now
  bool locked = false;    // a read lock was held meanwhile; false where there are no locks
  bool wal_exists = false;
  bool shm_exists = false;
  std::int64_t wal_bytes = 0;
  std::int64_t wal_frames = 0;  // that are committed
  // Of these, how many are in the database as well; known only while the WAL is open somewhere.
  std::optional<std::int64_t> wal_frames_checkpointed;
  RollbackJournal rollback_journal = RollbackJournal::None;
  std::int64_t rollback_journal_bytes = 0;
};

struct SpaceFacts {
  bool scanned = false;              // false when the library cannot tell or nothing was read
  bool complete = false;             // every page was looked at
  std::int64_t scanned_pages = 0;    // without the free ones
  std::int64_t unused_bytes = 0;     // in these pages
  std::int64_t leaf_pages = 0;       // among these
  std::int64_t leaf_pages_jump = 0;  // that do not follow the one before
};

struct TableFacts {
  std::string name;
  bool is_virtual = false;  // its rows are not counted
  int indexes = 0;
  std::int64_t rows = 0;
  bool rows_exact = false;  // false: at least so many
};

// A setting of the set against the file.
struct SettingFacts {
  std::string name;
  std::string asked;
  std::string scope;                  // "file" or "connection"
  std::optional<std::string> stored;  // what the file has; empty for scope connection
  bool holds = false;                 // the file has it as asked
  std::string statement;              // what a connection has to run
};

struct AuditReport {
  std::string path;  // absolute, symbolic links resolved
  SqliteLibrary sqlite;
  HeaderFacts header;
  JournalFacts journal;
  SpaceFacts space;
  std::string integrity_check;  // "quick_check" or "integrity_check"
  std::string integrity;        // "ok", "damaged", "unknown"
  std::vector<TableFacts> tables;
  int foreign_keys = 0;        // declared in the schema
  Environment environment;     // of the database's directory
  bool sync_measured = false;  // environment.sync_latency means something
  std::optional<PragmaSet> set;
  std::vector<SettingFacts> settings;
  std::vector<Finding> findings;  // the worst first
  double seconds = 0;
};

// Error or Warning: fail. Otherwise Unknown: unknown. Otherwise pass.
[[nodiscard]] Verdict overall_verdict(const AuditReport& report) noexcept;

struct AuditOptions {
  std::string path;
  std::optional<PragmaSet> set = std::nullopt;  // to compare with
  bool full = false;  // integrity_check instead of quick_check, without a time limit
  // For each check of the content; what it does not reach is reported as unknown.
  std::chrono::milliseconds time_limit = std::chrono::seconds(60);
  // Where the cost of a sync is measured, on a scratch file; empty for nowhere.
  std::string scratch = {};
  // How long to wait for a connection that locks readers out.
  std::chrono::milliseconds lock_wait = std::chrono::seconds(5);
  // Told now and then what is going on, from the calling thread.
  std::function<void(std::string_view)> progress = {};
};

// Holds a read lock meanwhile, as any reader does: in WAL mode checkpoints stop at it, in the other
// modes a writer waits for it.
// Throws Error: kind Usage when the file is no database that can be read (missing, a directory, a
// text, encrypted, no permission), kind Environment when it could not be looked at (locked, an I/O
// error); and Interrupted.
[[nodiscard]] AuditReport audit(const AuditOptions& options);

}  // namespace pragmark

// Backup and restore by SQLite's online backup interface (https://www.sqlite.org/backup.html).
//
// 1. The source is read in one read transaction. Without it a write by any other connection makes
//    the copy start again, and under steady load it would never end. In WAL mode the transaction
//    blocks nobody; in the rollback modes writers wait for it.
// 2. The copy is turned into rollback mode, so that it is one file that stands for itself.
// 3. The order is: copy, check, sync the file, rename, sync the directory. A crash leaves either
//    the old target or the new one, and at worst a file named like the target plus ".partial-".
#include "backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <sqlite3.h>

#include "pragmark/error.h"
#include "pragmark/schema.h"

namespace pragmark {
namespace {

namespace fs = std::filesystem;

constexpr int kLockWaitMs = 50;  // between two tries of a step that met a lock
constexpr int kLockTries = 100;  // so that a step waits 5 s for a lock, as `production` does

struct FinishBackup {
  void operator()(sqlite3_backup* backup) const noexcept { sqlite3_backup_finish(backup); }
};

void copy_pages(Connection& source, Connection& target, const BackupOptions& options) {
  if (options.pages_per_step <= 0) {
    throw Error::usage(fmt::format("pages_per_step {}: must be positive", options.pages_per_step));
  }
  const std::unique_ptr<sqlite3_backup, FinishBackup> backup(
      sqlite3_backup_init(target.handle(), "main", source.handle(), "main"));
  if (!backup) {
    throw Error::sqlite(target.handle(), sqlite3_errcode(target.handle()), "start the copy", "",
                        target.path());
  }
  int tries = 0;
  for (;;) {
    const int code = sqlite3_backup_step(backup.get(), options.pages_per_step);
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
      if (++tries == kLockTries) {
        throw Error::sqlite(nullptr, code, "copy the database", "", target.path());
      }
      sqlite3_sleep(kLockWaitMs);
      continue;
    }
    if (code != SQLITE_OK && code != SQLITE_DONE) {
      throw Error::sqlite(nullptr, code, "copy the database", "", target.path());
    }
    tries = 0;
    if (options.progress) {
      const int total = sqlite3_backup_pagecount(backup.get());
      options.progress(
          {.pages_copied = total - sqlite3_backup_remaining(backup.get()), .pages_total = total});
    }
    if (code == SQLITE_DONE) return;
  }
}

void check_copy(Connection& connection) {
  const std::vector<std::string> findings = integrity_check(connection.handle(), 1);
  if (!findings.empty()) throw Error::damaged("check", findings.front(), connection.path());
}

void sync_path(const fs::path& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (!synced) throw Error::environment("sync", std::strerror(error), path.string());
}

// A file that is removed, with what SQLite lays beside it, unless it was kept.
class PartialFile {
 public:
  explicit PartialFile(const fs::path& target) : path_(target.string() + ".partial-XXXXXX") {
    const int file = ::mkstemp(path_.data());
    if (file < 0) {
      throw Error::environment("create a file beside", std::strerror(errno), target.string());
    }
    ::close(file);
  }
  ~PartialFile() {
    std::error_code ignored;
    for (const char* suffix : {"", "-journal", "-wal", "-shm"}) fs::remove(path_ + suffix, ignored);
  }
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

void refuse_live_target(Connection& source, const fs::path& target) {
  std::error_code ignored;
  if (fs::equivalent(source.path(), target, ignored)) {
    throw Error::usage(fmt::format("backup to {}: that is the database itself", target.string()));
  }
  for (const char* suffix : {"-wal", "-journal"}) {
    if (fs::exists(target.string() + suffix, ignored)) {
      throw Error::usage(fmt::format("backup to {}: {}{} shows that it is a database in use; give "
                                     "another target",
                                     target.string(), target.string(), suffix));
    }
  }
}

}  // namespace

void write_backup(Connection& source, const fs::path& target, const BackupOptions& options) {
  refuse_live_target(source, target);
  const PartialFile partial(target);
  {
    Connection copy = Connection::open({.path = partial.path()});
    if (source.kind() == ConnectionKind::InMemory) {
      copy_pages(source, copy, options);
    } else {
      source.execute("BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1;");
      copy_pages(source, copy, options);
      source.execute("COMMIT");
    }
    const Setting rollback_mode = parse_setting("journal_mode", "DELETE");
    apply_settings(copy.handle(), {&rollback_mode, 1}, ConnectionKind::ReadWrite);
    check_copy(copy);
  }
  std::error_code error;
  // mkstemp makes files for their owner alone; a copy is as readable as what it copies.
  const fs::path model = fs::exists(target, error) ? target : fs::path(source.path());
  if (const fs::file_status status = fs::status(model, error); fs::is_regular_file(status)) {
    fs::permissions(partial.path(), status.permissions(), error);
  }
  sync_path(partial.path(), O_RDWR);
  const fs::path directory = target.has_parent_path() ? target.parent_path() : fs::path(".");
  fs::rename(partial.path(), target, error);
  if (error) throw Error::environment("rename a backup to", error.message(), target.string());
  sync_path(directory, O_RDONLY | O_DIRECTORY);
}

void restore(const fs::path& backup, const fs::path& database, const BackupOptions& options) {
  Connection source = Connection::open({.path = backup.string(), .kind = ConnectionKind::ReadOnly});
  check_copy(source);
  if (!has_schema(source)) {
    throw Error::usage(fmt::format("restore {}: it is an empty database", backup.string()));
  }
  Connection target =
      Connection::open({.path = database.string(), .kind = ConnectionKind::SchemaCreation});
  static_cast<void>(has_schema(target));  // throws for a database of something else
  copy_pages(source, target, options);
}

}  // namespace pragmark

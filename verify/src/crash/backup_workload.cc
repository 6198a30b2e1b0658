// Copies by SQLite's backup interface while transactions go on: between two steps of a copy its own
// connection commits (the copy follows), and once another one does (the copy begins again).
//
// A copy is acknowledged when it is finished and closed. From then on it has to be there, whole and
// with its invariants; before, anything may lie in its file. The database itself has to be as whole
// as under any other workload. Not Store::backup(), whose rename is no call of a VFS.
#include <memory>

#include <fmt/format.h>
#include <sqlite3.h>

#include "crash/bank.h"
#include "pragmark/error.h"
#include "pragmark/pragma.h"

namespace pragmark::crash {
namespace {

constexpr std::int64_t kNumber = 24;
constexpr std::int64_t kCopies = 2;
constexpr std::int64_t kBefore = 4;  // transactions, before each copy
constexpr int kPagesOfStep = 4;

struct FinishBackup {
  void operator()(sqlite3_backup* backup) const noexcept { sqlite3_backup_finish(backup); }
};

std::string copy_name(std::int64_t copy) { return fmt::format("copy-{}.db", copy); }

class BackupUnderLoad final : public BankWorkload {
 public:
  explicit BackupUnderLoad(const WorkloadOptions& options)
      : BankWorkload(options, {.transactions = kNumber}) {}

  [[nodiscard]] std::string description() const override {
    return fmt::format(
        "{} copies by the backup interface, {} pages a step, a transaction between two steps; a "
        "finished copy must be whole",
        kCopies, kPagesOfStep);
  }

  void run(const std::string& vfs, Recorder& recorder) override {
    Connection connection = open(vfs);
    std::optional<Connection> other;
    if (!is_exclusive()) other = open(vfs);
    left_ = transactions();
    for (std::int64_t copy = 1; copy <= kCopies; ++copy) {
      for (std::int64_t i = 0; i < kBefore; ++i) load(connection, recorder);
      const bool whole = survive(connection, [&] {
        copy_to(copy_name(copy), connection, other ? *other : connection, vfs, recorder);
      });
      // A later copy does not count while an earlier one is missing.
      if (!whole) break;
      recorder.acknowledge(kCopiesMade, copy);
    }
    recorder.stop();
  }

  [[nodiscard]] Inspection inspect(Connection& connection, const std::string& vfs) const override {
    Inspection result = bank().inspect(connection);
    while (result.copies < kCopies && is_whole(copy_name(result.copies + 1), vfs)) ++result.copies;
    return result;
  }

 private:
  void load(Connection& connection, Recorder& recorder) {
    if (left_ == 0) return;
    if (survive(connection, [&] { commit_one(connection, recorder); })) --left_;
  }

  void copy_to(const std::string& path, Connection& source, Connection& other,
               const std::string& vfs, Recorder& recorder) {
    const PragmaSet& own = set();
    Connection target = Connection::open(
        {.path = path, .kind = ConnectionKind::SchemaCreation, .set = &own, .vfs = vfs});
    const std::unique_ptr<sqlite3_backup, FinishBackup> backup(
        sqlite3_backup_init(target.handle(), "main", source.handle(), "main"));
    if (!backup) {
      throw Error::sqlite(target.handle(), sqlite3_errcode(target.handle()), "start a copy", "",
                          path);
    }
    for (int step = 0;; ++step) {
      const int code = sqlite3_backup_step(backup.get(), kPagesOfStep);
      if (code == SQLITE_DONE) return;
      if (code != SQLITE_OK) throw Error::sqlite(nullptr, code, "copy the database", "", path);
      load(step == 1 ? other : source, recorder);
    }
  }

  [[nodiscard]] bool is_whole(const std::string& path, const std::string& vfs) const {
    try {
      Connection copy = Connection::open({.path = path, .vfs = vfs});
      sqlite3_db_config(copy.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
      if (!integrity_check(copy.handle(), 1).empty()) return false;
      const Inspection found = bank().inspect(copy);
      return found.finding.empty() && found.committed > 0;
    } catch (const Error& error) {
      if (error.code() == SQLITE_NOMEM) throw;
      return false;
    }
  }

  std::int64_t left_ = 0;  // transactions still to be made
};

}  // namespace

std::unique_ptr<Workload> make_backup(const WorkloadOptions& options) {
  return std::make_unique<BackupUnderLoad>(options);
}

}  // namespace pragmark::crash

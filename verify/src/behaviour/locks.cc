// Who waits for a lock, and how long: L001 busy_timeout, L002 locking_mode.
#include <array>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <sqlite3.h>

#include "behaviour/behaviour_check.h"
#include "behaviour/lock_checks.h"
#include "behaviour/sabotage.h"
#include "pragmark/error.h"

namespace pragmark::behaviour {
namespace {

// A VFS that returns from every sleep at once.
class SleeplessVfs : public internal::VfsLayer<SleeplessVfs, UnchangedFile> {
 public:
  explicit SleeplessVfs(const std::string& below)
      : VfsLayer(below, internal::unique_vfs_name("sleepless")) {}
  int sleep(int /*microseconds*/) { return 0; }
};

// What Rails and litestack do: a handler of their own, which SQLite's answer does not know about.
void install_own_handler(Connection& connection) {
  constexpr int kMostTries = 5000;
  sqlite3_busy_handler(
      connection.handle(),
      [](void*, int tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return tries < kMostTries ? 1 : 0;
      },
      nullptr);
}

constexpr std::array<std::string_view, 4> kTimeoutRight = {
    "production", "default", "production+busy_timeout=50", "default+busy_timeout=60000"};
constexpr std::array kTimeoutControls = {
    Control{.what = "0 ms behind a set that claims 5000",
            .claimed = "production",
            .applied = "production+busy_timeout=0",
            .expected = Verdict::Fail},
    Control{.what = "2000 ms behind a set that claims 5000",
            .claimed = "production",
            .applied = "production+busy_timeout=2000",
            .expected = Verdict::Fail},
    Control{.what = "a VFS that does not sleep when SQLite waits",
            .claimed = "production",
            .applied = "production",
            .expected = Verdict::Ineffective,
            .sabotage = sabotage_with<SleeplessVfs>},
    Control{.what = "a busy handler of the application's own",
            .claimed = "production",
            .applied = "production",
            .expected = Verdict::Misread,
            .tamper = install_own_handler},
};

// After one connection has written, may another read? And does a WAL have its shared memory?
Observation observe_locking_mode(Experiment& experiment) {
  Connection first = experiment.open();
  first.execute("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  int code = SQLITE_OK;
  try {
    Connection second = experiment.open();
    code = attempt(second, "SELECT count(*) FROM t");
  } catch (const Error& error) {  // its settings already read the file
    code = error.extended_code();
  }
  const bool let_in = code == SQLITE_OK;
  const bool is_wal = experiment.claim("journal_mode") == "WAL";
  std::error_code ignored;
  const bool shared = std::filesystem::exists(experiment.file("-shm"), ignored);
  std::string seen =
      fmt::format("a second connection {}", let_in ? "reads" : "is kept out: " + code_name(code));
  if (is_wal) seen += shared ? "; shared memory in use" : "; no shared memory";
  const bool exclusive = experiment.is_exclusive();
  const bool as_told = let_in != exclusive && (!is_wal || shared != exclusive);
  return as_told ? as_claimed(seen) : contrary(seen);
}

// A filesystem on which locks are granted and mean nothing.
class LocklessFile : public SabotagedFile<LocklessFile> {
 public:
  using SabotagedFile::SabotagedFile;
  int lock(int /*level*/) { return SQLITE_OK; }
  int unlock(int /*level*/) { return SQLITE_OK; }
  int check_reserved_lock(int* held) {
    *held = 0;
    return SQLITE_OK;
  }
};

// Too late: the WAL is in use, with shared memory.
void become_exclusive(Connection& connection) {
  connection.execute("SELECT count(*) FROM sqlite_master");
  connection.execute(parse_setting("locking_mode", "EXCLUSIVE").to_sql());
}

constexpr std::array<std::string_view, 4> kModeRight = {
    "production", "default", "production+locking_mode=EXCLUSIVE", "default+locking_mode=EXCLUSIVE"};
constexpr std::array kModeControls = {
    Control{.what = "EXCLUSIVE behind a set that claims NORMAL",
            .claimed = "production+locking_mode=NORMAL",
            .applied = "production+locking_mode=EXCLUSIVE",
            .expected = Verdict::Fail},
    Control{.what = "NORMAL behind a set that claims EXCLUSIVE",
            .claimed = "default+locking_mode=EXCLUSIVE",
            .applied = "default",
            .expected = Verdict::Fail},
    Control{.what = "EXCLUSIVE after the WAL was opened, which keeps its shared memory",
            .claimed = "production+locking_mode=EXCLUSIVE",
            .applied = "production",
            .expected = Verdict::Ineffective,
            .tamper = become_exclusive},
    Control{.what = "EXCLUSIVE on a filesystem that grants every lock",
            .claimed = "default+locking_mode=EXCLUSIVE",
            .applied = "default+locking_mode=EXCLUSIVE",
            .expected = Verdict::Ineffective,
            .sabotage = sabotage_by<LocklessFile>},
};

constexpr std::array kChecks = {
    BehaviourCheck{.id = "L001",
                   .setting = "busy_timeout",
                   .question = "how long does a connection wait for a lock that another one holds?",
                   .claim = "",
                   .runs = Runs::Always,
                   .consequence =
                       "a lock held by another connection fails the operation too early, or holds "
                       "it up for longer than was chosen",
                   .repair = "",
                   .documentation = "",
                   .observe = observe_busy_timeout,
                   .right = kTimeoutRight,
                   .controls = kTimeoutControls},
    BehaviourCheck{.id = "L002",
                   .setting = "locking_mode",
                   .question = "is a second connection let in while the first one is open?",
                   .claim = "",
                   .runs = Runs::Always,
                   .consequence = "one connection locks all the others out, or gives up locks "
                                  "that it was to keep",
                   .repair = "",
                   .documentation = "",
                   .observe = observe_locking_mode,
                   .right = kModeRight,
                   .controls = kModeControls},
};

}  // namespace

std::span<const BehaviourCheck> lock_checks() noexcept { return kChecks; }

}  // namespace pragmark::behaviour

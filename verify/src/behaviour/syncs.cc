// What is asked of the disk for a commit: D001 synchronous.
//
// Each level leaves a signature in the number of syncs, file by file. Syncs in each commit, as
// measured with SQLite 3.40.1 and 3.53 (WAL: and whether a checkpoint syncs):
//
//   journal_mode            OFF        NORMAL     FULL       EXTRA
//   DELETE                  -          j1 d1      j2 d1      j2 d1, directory 1
//   TRUNCATE                -          j1 d1      j3 d1      j3 d1
//   PERSIST, or EXCLUSIVE   -          j2 d1      j3 d1      j3 d1
//   MEMORY, OFF             -          d1         d1         d1
//   WAL                     -          checkpoint w1, cp.    w1, cp.
//
// Not covered: what the disk does with a sync. That a request reaches it is all that can be
// counted.
#include <array>

#include <fmt/format.h>
#include <sqlite3.h>

#include "behaviour/behaviour_check.h"
#include "behaviour/sabotage.h"

namespace pragmark::behaviour {
namespace {

constexpr std::uint64_t kCommits = 20;

// Syncs in one commit; in a checkpoint only whether there are any.
struct Signature {
  std::uint64_t database = 0;
  std::uint64_t journal = 0;
  std::uint64_t wal = 0;
  std::uint64_t directory = 0;
  bool checkpoint = false;

  [[nodiscard]] bool operator==(const Signature&) const = default;
};

constexpr std::array<std::string_view, 4> kLevels = {"OFF", "NORMAL", "FULL", "EXTRA"};

Signature signature_of(std::string_view journal, bool exclusive, std::string_view level) {
  if (level == "OFF") return {};
  const bool full = level != "NORMAL";
  if (journal == "WAL") return {.wal = full ? 1U : 0U, .checkpoint = true};
  if (journal == "MEMORY" || journal == "OFF") return {.database = 1};
  if (journal == "TRUNCATE") return {.database = 1, .journal = full ? 3U : 1U};
  if (journal == "PERSIST" || exclusive) return {.database = 1, .journal = full ? 3U : 2U};
  return {.database = 1, .journal = full ? 2U : 1U, .directory = level == "EXTRA" ? 1U : 0U};
}

struct Measured {
  IoCounts commits;
  IoCounts checkpoint;

  // False when a number is no multiple of the commits.
  [[nodiscard]] bool is_regular() const {
    const auto regular = [](std::uint64_t count) { return count % kCommits == 0; };
    return regular(commits.at(FileRole::Main).syncs) && regular(commits.at(FileRole::Wal).syncs) &&
           regular(commits.at(FileRole::Journal).syncs) && regular(commits.directory_syncs);
  }
  [[nodiscard]] Signature signature() const {
    return {.database = commits.at(FileRole::Main).syncs / kCommits,
            .journal = commits.at(FileRole::Journal).syncs / kCommits,
            .wal = commits.at(FileRole::Wal).syncs / kCommits,
            .directory = commits.directory_syncs / kCommits,
            .checkpoint = checkpoint.syncs() > 0};
  }
};

Measured measure(const Experiment& experiment) {
  Connection connection = experiment.open();
  // Checkpoints have syncs of their own; there is to be one, and it is counted apart.
  sqlite3_wal_autocheckpoint(connection.handle(), 0);
  connection.execute("CREATE TABLE t(x); INSERT INTO t VALUES (0)");
  const IoCounts start = experiment.counts();
  for (std::uint64_t i = 0; i < kCommits; ++i) connection.execute("INSERT INTO t VALUES (1)");
  const IoCounts committed = experiment.counts();
  static_cast<void>(connection.checkpoint(CheckpointMode::Passive));
  return {.commits = committed - start, .checkpoint = experiment.counts() - committed};
}

std::string describe(const Measured& measured, bool wal) {
  std::string seen = fmt::format("{} syncs in {} commits", measured.commits.syncs(), kCommits);
  if (measured.commits.directory_syncs > 0) {
    seen += fmt::format(" and {} of the directory", measured.commits.directory_syncs);
  }
  if (wal) seen += fmt::format(", {} in a checkpoint", measured.checkpoint.syncs());
  return seen;
}

Observation observe_synchronous(Experiment& experiment) {
  const Measured measured = measure(experiment);
  const std::string_view journal = experiment.claim("journal_mode");
  std::string levels;
  bool claimed = false;
  bool alone = true;
  for (const std::string_view level : kLevels) {
    const bool same =
        measured.is_regular() &&
        measured.signature() == signature_of(journal, experiment.is_exclusive(), level);
    if (!same) continue;
    alone = levels.empty();
    levels += fmt::format("{}{}", alone ? "" : " or ", level);
    claimed = claimed || level == experiment.claim();
  }
  std::string seen = describe(measured, journal == "WAL");
  if (levels.empty()) {
    return undetermined(seen, "no level of synchronous syncs like that in this journal mode; is "
                              "the filesystem one that writes several pages as one?");
  }
  seen += ": " + levels;
  if (!claimed) return contrary(seen);
  return alone ? as_claimed(seen) : consistent(seen);
}

// A disk driver, a container or a "fast" VFS that takes syncs for done.
class SynclessFile : public SabotagedFile<SynclessFile> {
 public:
  using SabotagedFile::SabotagedFile;
  int sync(int /*flags*/) { return SQLITE_OK; }
};

constexpr std::array<std::string_view, 12> kRight = {
    "production",
    "durable",
    "production+synchronous=EXTRA",
    "production+synchronous=OFF",
    "production+locking_mode=EXCLUSIVE",
    "default",
    "default+synchronous=NORMAL",
    "default+synchronous=EXTRA",
    "default+locking_mode=EXCLUSIVE",
    "default+journal_mode=TRUNCATE",
    "default+journal_mode=PERSIST+synchronous=NORMAL",
    "default+journal_mode=MEMORY"};
constexpr std::array kControls = {
    Control{.what = "OFF behind a set that claims NORMAL in WAL mode",
            .claimed = "production",
            .applied = "production+synchronous=OFF",
            .expected = Verdict::Fail},
    Control{.what = "NORMAL behind a set that claims FULL in WAL mode",
            .claimed = "durable",
            .applied = "durable+synchronous=NORMAL",
            .expected = Verdict::Fail},
    Control{.what = "FULL behind a set that claims EXTRA, in WAL mode the same",
            .claimed = "production+synchronous=EXTRA",
            .applied = "durable",
            .expected = Verdict::Fail},
    Control{.what = "NORMAL behind a set that claims FULL with a rollback journal",
            .claimed = "default",
            .applied = "default+synchronous=NORMAL",
            .expected = Verdict::Fail},
    Control{.what = "a VFS that drops every sync",
            .claimed = "durable",
            .applied = "durable",
            .expected = Verdict::Ineffective,
            .sabotage = sabotage_by<SynclessFile>},
};

constexpr std::array kChecks = {
    BehaviourCheck{.id = "D001",
                   .setting = "synchronous",
                   .question = "how often is the disk asked to sync, in a commit and a checkpoint?",
                   .claim = "",
                   .runs = Runs::Always,
                   .consequence = "a power cut costs more, or every commit waits for more syncs, "
                                  "than was chosen",
                   .repair = "",
                   .documentation = "",
                   .observe = observe_synchronous,
                   .right = kRight,
                   .controls = kControls},
};

}  // namespace

std::span<const BehaviourCheck> sync_checks() noexcept { return kChecks; }

}  // namespace pragmark::behaviour

// What keeps the WAL, or a journal, from growing: W001 wal_autocheckpoint, W002 journal_size_limit.
#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>
#include <sqlite3.h>

#include "behaviour/behaviour_check.h"
#include "behaviour/sabotage.h"

namespace pragmark::behaviour {
namespace {

// No check writes more than this: a set may ask for a checkpoint every gigabyte.
constexpr std::int64_t kMostBytes = std::int64_t{72} << 20;
constexpr std::int64_t kFrameHeaderBytes = 24;
constexpr std::int64_t kWalHeaderBytes = 32;

// Much is written and nothing of it is asked to survive: the disk's time would be all that syncs
// add, and no claim about the WAL's size depends on them.
Connection open_without_syncs(const Experiment& experiment) {
  return experiment.open_with(experiment.applied().with("synchronous", "OFF"), Patience::None);
}

// Adds a row that fills `bytes` and a little more.
void write_bytes(Connection& connection, std::int64_t bytes) {
  Statement insert = connection.prepare("INSERT INTO t VALUES (zeroblob(?1))");
  insert.bind(1, bytes);
  insert.run();
}

// ---- W001 ----

struct Growth {
  std::int64_t frames = 0;  // in the WAL when the first checkpoint came, or at the end
  bool checkpointed = false;
  std::int64_t checkpointed_pages = 0;
};

// Fills the WAL in one transaction to a few frames less than `frames`, then goes on in small ones
// until SQLite makes a checkpoint, or `slack` frames more are there.
Growth grow(const Experiment& experiment, std::int64_t frames) {
  constexpr std::int64_t kShort = 12;  // frames: a small transaction writes two or three
  constexpr std::int64_t kSlack = 24;
  Connection connection = open_without_syncs(experiment);
  connection.execute("CREATE TABLE t(x)");
  const std::int64_t page = std::stoll(std::string(experiment.claim("page_size")));
  const IoCounts start = experiment.counts();
  const auto in_wal = [&] {
    return (file_bytes(experiment.file("-wal")) - kWalHeaderBytes) / (page + kFrameHeaderBytes);
  };
  Growth growth;
  const std::int64_t at_once = frames - kShort - in_wal();
  if (at_once > 0) write_bytes(connection, at_once * (page - 8));
  for (;;) {
    const IoCounts grown = experiment.counts() - start;
    growth.frames = in_wal();
    growth.checkpointed = grown.checkpoints > 0;
    growth.checkpointed_pages = static_cast<std::int64_t>(grown.at(FileRole::Main).writes);
    if (growth.checkpointed || growth.frames > frames + kSlack) return growth;
    write_bytes(connection, 1);
  }
}

Observation observe_wal_autocheckpoint(Experiment& experiment) {
  if (experiment.claim("journal_mode") != "WAL") {
    return not_applicable("there is no WAL in this journal mode");
  }
  const std::int64_t claimed = std::stoll(std::string(experiment.claim()));
  const std::int64_t page_bytes = std::stoll(std::string(experiment.claim("page_size")));
  const std::int64_t most = kMostBytes / (page_bytes + kFrameHeaderBytes);
  // Twice SQLite's default shows that 0 is not the default.
  constexpr std::int64_t kForNever = 2000;
  const std::int64_t until = std::min(claimed == 0 ? kForNever : claimed, most);
  const Growth growth = grow(experiment, until);
  if (!growth.checkpointed) {
    const std::string seen = fmt::format("no checkpoint in {} frames", growth.frames);
    if (claimed == 0) return as_claimed(seen);
    return claimed > most ? consistent(seen) : contrary(seen);
  }
  const std::string seen = fmt::format("checkpoint of {} pages when the WAL had {} frames",
                                       growth.checkpointed_pages, growth.frames);
  return claimed > 0 && growth.frames >= claimed ? as_claimed(seen) : contrary(seen);
}

// An application that asks to be told of commits replaces SQLite's own hook, and then answers for
// the checkpoints itself.
void checkpoint_by_own_hook(Connection& connection) {
  constexpr int kFrames = 1000;
  sqlite3_wal_hook(
      connection.handle(),
      [](void*, sqlite3* handle, const char* schema, int frames) {
        if (frames >= kFrames) sqlite3_wal_checkpoint(handle, schema);
        return SQLITE_OK;
      },
      nullptr);
}

void forget_checkpoints(Connection& connection) {
  sqlite3_wal_hook(
      connection.handle(), [](void*, sqlite3*, const char*, int) { return SQLITE_OK; }, nullptr);
}

constexpr std::array<std::string_view, 5> kCheckpointRight = {
    "production", "production+wal_autocheckpoint=0", "production+wal_autocheckpoint=1",
    "production+wal_autocheckpoint=5000", "write-optimised+wal_autocheckpoint=8000"};
constexpr std::array kCheckpointControls = {
    Control{.what = "never behind a set that claims 1000 pages",
            .claimed = "production+wal_autocheckpoint=1000",
            .applied = "production+wal_autocheckpoint=0",
            .expected = Verdict::Fail},
    Control{.what = "100 pages behind a set that claims 1000",
            .claimed = "production+wal_autocheckpoint=1000",
            .applied = "production+wal_autocheckpoint=100",
            .expected = Verdict::Fail},
    Control{.what = "1000 pages behind a set that claims never",
            .claimed = "production+wal_autocheckpoint=0",
            .applied = "production+wal_autocheckpoint=1000",
            .expected = Verdict::Fail},
    Control{.what = "a hook of the application's own that makes no checkpoint",
            .claimed = "production+wal_autocheckpoint=1000",
            .applied = "production",
            .expected = Verdict::Fail,
            .tamper = forget_checkpoints},
    Control{.what = "a hook of the application's own that makes the checkpoints",
            .claimed = "production+wal_autocheckpoint=1000",
            .applied = "production",
            .expected = Verdict::Misread,
            .tamper = checkpoint_by_own_hook},
};

// ---- W002 ----

// A journal or WAL that grew, and what is left of it when the next transaction begins it anew.
struct Shrinkage {
  std::int64_t bytes_before = 0;
  std::int64_t bytes_after = 0;
};

Shrinkage shrink_wal(const Experiment& experiment, std::int64_t bytes) {
  Connection connection = open_without_syncs(experiment);
  connection.execute("CREATE TABLE t(x)");
  write_bytes(connection, bytes);
  Shrinkage shrinkage{.bytes_before = file_bytes(experiment.file("-wal"))};
  static_cast<void>(connection.checkpoint(CheckpointMode::Passive));
  write_bytes(connection, 1);
  shrinkage.bytes_after = file_bytes(experiment.file("-wal"));
  return shrinkage;
}

// The journal gets the old content of every page that changes: one row a page, each changed.
Shrinkage shrink_journal(const Experiment& experiment, std::int64_t bytes) {
  Connection connection = open_without_syncs(experiment);
  connection.execute("CREATE TABLE t(x, n)");
  const std::int64_t page = std::stoll(std::string(experiment.claim("page_size")));
  connection.execute(
      fmt::format("WITH RECURSIVE i(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM i WHERE n <= {})"
                  "INSERT INTO t SELECT zeroblob({}), n FROM i",
                  bytes / page, page * 3 / 5));
  connection.execute("BEGIN IMMEDIATE; UPDATE t SET n = n + 1");
  Shrinkage shrinkage{.bytes_before = file_bytes(experiment.file("-journal"))};
  connection.execute("COMMIT");
  shrinkage.bytes_after = file_bytes(experiment.file("-journal"));
  return shrinkage;
}

Observation observe_journal_size_limit(Experiment& experiment) {
  constexpr std::int64_t kMore = std::int64_t{1} << 20;  // bytes above the limit
  const std::string_view journal = experiment.claim("journal_mode");
  const bool is_wal = journal == "WAL";
  const bool keeps_file =
      journal == "PERSIST" || (journal == "DELETE" && experiment.is_exclusive());
  if (!is_wal && !keeps_file) {
    return not_applicable("in this journal mode no file is kept from transaction to transaction");
  }
  const std::int64_t limit = std::stoll(std::string(experiment.claim()));
  if (limit > kMostBytes - kMore) {
    return not_applicable(
        fmt::format("to see it one would have to write {} bytes, more than a check may", limit));
  }
  const std::int64_t bytes = std::max<std::int64_t>(limit, 0) + kMore;
  const Shrinkage seen = is_wal ? shrink_wal(experiment, bytes) : shrink_journal(experiment, bytes);
  const std::string observed =
      fmt::format("{} of {} bytes, {} after the next transaction", is_wal ? "WAL" : "journal",
                  seen.bytes_before, seen.bytes_after);
  if (seen.bytes_before <= bytes - kMore) {
    return undetermined(observed, "it did not grow over the limit in the first place");
  }
  if (limit < 0) {
    return seen.bytes_after >= seen.bytes_before ? as_claimed(observed) : contrary(observed);
  }
  // The transaction that begins the WAL anew needs room for itself.
  constexpr std::int64_t kFrames = 4;
  const std::int64_t page = std::stoll(std::string(experiment.claim("page_size")));
  const std::int64_t own = is_wal ? kWalHeaderBytes + kFrames * (page + kFrameHeaderBytes) : 0;
  const bool at_limit = seen.bytes_after == limit;
  return at_limit || (limit < own && seen.bytes_after <= own) ? as_claimed(observed)
                                                              : contrary(observed);
}

// A filesystem that does not give space back.
class UntruncatedFile : public SabotagedFile<UntruncatedFile> {
 public:
  using SabotagedFile::SabotagedFile;
  int truncate(sqlite3_int64 /*bytes*/) { return SQLITE_OK; }
};

constexpr std::array<std::string_view, 6> kLimitRight = {
    "production+journal_size_limit=1048576",
    "production+journal_size_limit=0",
    "production+journal_size_limit=4194304",
    "production+journal_size_limit=-1",
    "default+journal_mode=PERSIST",
    "default+journal_mode=PERSIST+journal_size_limit=8192"};
constexpr std::array kLimitControls = {
    Control{.what = "no limit behind a set that claims 1 MiB",
            .claimed = "production+journal_size_limit=1048576",
            .applied = "production",
            .expected = Verdict::Fail},
    Control{.what = "64 KiB behind a set that claims 1 MiB",
            .claimed = "production+journal_size_limit=1048576",
            .applied = "production+journal_size_limit=65536",
            .expected = Verdict::Fail},
    Control{.what = "1 MiB behind a set that claims no limit",
            .claimed = "production+journal_size_limit=-1",
            .applied = "production+journal_size_limit=1048576",
            .expected = Verdict::Fail},
    Control{.what = "a VFS that truncates no file",
            .claimed = "production+journal_size_limit=1048576",
            .applied = "production+journal_size_limit=1048576",
            .expected = Verdict::Ineffective,
            .sabotage = sabotage_by<UntruncatedFile>},
};

constexpr std::array kChecks = {
    BehaviourCheck{.id = "W001",
                   .setting = "wal_autocheckpoint",
                   .question = "after how many frames does a commit checkpoint the WAL?",
                   .claim = "",
                   .runs = Runs::Always,
                   .consequence = "the WAL grows without bound and slows readers down, or commits "
                                  "stop for checkpoints too often",
                   .repair = "",
                   .documentation = "https://www.sqlite.org/wal.html#ckpt",
                   .observe = observe_wal_autocheckpoint,
                   .right = kCheckpointRight,
                   .controls = kCheckpointControls},
    BehaviourCheck{.id = "W002",
                   .setting = "journal_size_limit",
                   .question = "what is left of a WAL or a journal that grew over the limit?",
                   .claim = "",
                   .runs = Runs::IfInSet,
                   .consequence = "a WAL or journal that grew once keeps its size on disk, or is "
                                  "cut and grown again and again",
                   .repair = "",
                   .documentation = "",
                   .observe = observe_journal_size_limit,
                   .right = kLimitRight,
                   .controls = kLimitControls},
};

}  // namespace

std::span<const BehaviourCheck> wal_checks() noexcept { return kChecks; }

}  // namespace pragmark::behaviour

// What the workloads do to a database, and what is measured beside the images. Counts only.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crash/commit_rate.h"
#include "crash/explorer.h"
#include "crash/exposure.h"
#include "crash/judge.h"
#include "crash/memory_vfs.h"
#include "crash/recording.h"
#include "crash/workload.h"
#include "crash_runs.h"
#include "pragmark/error.h"

namespace pragmark::crash {
namespace {

using Kind = OperationKind;
using testing::AllOf;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

OperationLog recorded(const std::string& name, const PragmaSet& set, int transactions = 0) {
  const auto workload = make_workload(name, {.set = set, .transactions = transactions});
  return record(*workload, {});
}

class EachWorkload : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(All, EachWorkload, testing::ValuesIn(workload_names()),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST_P(EachWorkload, IsRecordedAlikeByTheSameSeed) {
  for (const PragmaSet& set : {set_of("WAL", "NORMAL"), set_of("DELETE", "FULL")}) {
    const OperationLog first = recorded(GetParam(), set);
    EXPECT_GT(first.count(Kind::Acknowledge), 10U);
    EXPECT_EQ(recorded(GetParam(), set).digest(), first.digest()) << set.name();
  }
}

// Where the set promises that nothing is lost, nothing is; where it promises wholeness, all is
// whole.
TEST_P(EachWorkload, KeepsThePromiseOfItsSet) {
  for (const PragmaSet& set :
       {set_of("WAL", "FULL"), set_of("DELETE", "EXTRA"), set_of("WAL", "NORMAL")}) {
    const CrashSetResult result =
        run_crash({.sets = {set}, .workloads = {GetParam()}, .images = 80, .transactions = 12})
            .sets.front();
    EXPECT_EQ(result.verdict(), Verdict::Pass)
        << set.name() << ": " << (result.findings.empty() ? "" : result.findings[0].text);
    EXPECT_EQ(result.images(), 80U);
  }
}

TEST_P(EachWorkload, IsDamagedWhereNothingProtectsIt) {
  const CrashSetResult result = run_crash({.sets = {set_of("OFF", "OFF")},
                                           .models = {"subset-torn"},
                                           .workloads = {GetParam()},
                                           .images = 40,
                                           .transactions = 6})
                                    .sets.front();
  EXPECT_EQ(result.measured(), DurabilityClass::Unsafe);
}

// The journal is synced again after the first pages of the database were written.
TEST(Workloads, TransactionsThatSpillWriteBeforeTheyCommit) {
  const OperationLog log = recorded("spill", set_of("DELETE", "FULL"), 1);
  const std::uint32_t database = log.baseline_files.at(kDatabase);
  std::size_t first_write = log.operations.size();
  std::size_t last_journal_sync = 0;
  for (std::size_t i = 0; i < log.operations.size(); ++i) {
    const Operation& each = log.operations[i];
    if (each.kind == Kind::Write && each.file == database) first_write = std::min(first_write, i);
    if (each.kind == Kind::Sync && each.file != database) last_journal_sync = i;
  }
  EXPECT_LT(first_write, last_journal_sync);
}

// SQLite fills the sector after a commit's last frame, so that no later write touches it. A disk
// that promises to leave it alone and does not takes what was acknowledged.
TEST(Workloads, ADiskThatDamagesWholeSectorsTakesNothingUnlessItPromisedOtherwise) {
  const auto workload =
      make_workload("transfers", {.set = set_of("WAL", "FULL"), .transactions = 20});
  const auto lost = [&](const OperationLog& log) {
    Judge judge(*workload);
    Image image;
    std::size_t states = 0;
    const auto see = [&](const CrashPoint& at, const CrashState& state) {
      at.build(state.losses, 1, image);
      const Judgement found = judge.judge(image);
      const bool some = !at.acknowledged().empty() && found.committed < at.acknowledged().front();
      if (found.state != ImageState::Sound || some) ++states;
    };
    static_cast<void>(explore(log, Model::SubsetGarbage, {.images = 200, .seed = 1}, see));
    return states;
  };
  OperationLog padded = record(*workload, {.powersafe_overwrite = false});
  OperationLog trusting = record(*workload, {});
  EXPECT_GT(padded.count(Kind::Write), trusting.count(Kind::Write));
  EXPECT_EQ(lost(padded), 0U);
  EXPECT_EQ(lost(trusting), 0U);
  trusting.powersafe_overwrite = false;
  EXPECT_GT(lost(trusting), 0U);
}

// One connection in turn with another, or a thread that hands over: SQLite writes the same.
TEST(Workloads, ARecordingThatIsThereAlreadyIsNotCountedTwice) {
  const CrashSetResult result = run_crash({.sets = {set_of("WAL", "NORMAL")},
                                           .models = {"drop-unsynced"},
                                           .workloads = {"store-per-thread", "store-single-writer"},
                                           .images = 100,
                                           .transactions = 8})
                                    .sets.front();
  ASSERT_EQ(result.skipped.size(), 1U);
  EXPECT_EQ(result.skipped.front().name, "store-single-writer");
  EXPECT_THAT(result.skipped.front().reason, HasSubstr("store-per-thread"));
}

TEST(Workloads, JournalModesGoToWalAndBack) {
  const OperationLog log = recorded("journal-modes", set_of("DELETE", "FULL"), 8);
  EXPECT_THAT(log.names,
              testing::IsSupersetOf({std::string("app.db-journal"), std::string("app.db-wal")}));
  const auto removed = std::ranges::count_if(log.operations, [&](const Operation& each) {
    return each.kind == Kind::Remove && log.names[each.name] == "app.db-wal";
  });
  EXPECT_EQ(removed, 1);
}

// A sync of the copy's own files that did nothing: the database has lost nothing by it.
TEST(Workloads, AFinishedCopyThatIsNotWholeIsFound) {
  const CrashSetResult result = run_crash({.sets = {set_of("DELETE", "EXTRA")},
                                           .models = {"lying-disk"},
                                           .workloads = {"backup"},
                                           .images = 200})
                                    .sets.front();
  const auto found = std::ranges::find(result.findings, "copy", &CrashFinding::kind);
  ASSERT_NE(found, result.findings.end());
  EXPECT_THAT(found->message, HasSubstr("finished copies are not whole"));
  EXPECT_EQ(found->lost, 0);
}

// A workload that was run, with its disk.
struct Done {
  explicit Done(std::string_view name)
      : workload(make_workload(name, {.set = set_of("DELETE", "FULL"), .transactions = 12})) {
    workload->prepare(vfs.name());
    Recorder recorder(disk, {});
    workload->run(vfs.name(), recorder);
  }
  [[nodiscard]] Connection open(const char* path = kDatabase) const {
    return Connection::open({.path = path, .vfs = vfs.name()});
  }
  [[nodiscard]] Inspection inspect() const {
    Connection connection = open();
    return workload->inspect(connection, vfs.name());
  }

  MemoryDisk disk;
  MemoryVfs vfs{disk};
  std::unique_ptr<Workload> workload;
};

struct Wrong {
  const char* workload;
  const char* sql;
  const char* finding;
};

// What integrity_check has nothing to say of.
TEST(Workloads, SeeWhatIsWrongWithTheirRows) {
  for (const Wrong& wrong :
       {Wrong{"transfers", "DELETE FROM transfers WHERE seq = 3", "transfer 3 is missing"},
        Wrong{"transfers", "UPDATE transfers SET note = 'x' WHERE seq = 2", "transfer 2 is"},
        Wrong{"transfers", "UPDATE accounts SET balance = 0 WHERE id = 7", "account 7 is not"},
        Wrong{"transfers", "DELETE FROM receipts WHERE seq = 12", "receipt 12 is missing"},
        Wrong{"transfers", "UPDATE receipts SET body = 'x' WHERE seq = 9", "receipt 9 is not"},
        Wrong{"spill",
              "DELETE FROM receipts WHERE seq = 240; DELETE FROM transfers WHERE seq = 240",
              "half a transaction"},
        Wrong{"store-per-thread", "UPDATE topics SET description = 'x' WHERE id = 'r000004'",
              "row 4 is"}}) {
    const Done done(wrong.workload);
    EXPECT_EQ(done.inspect().finding, "");
    EXPECT_EQ(done.inspect().committed, 12);
    done.open().execute(wrong.sql);
    EXPECT_THAT(done.inspect().finding, HasSubstr(wrong.finding));
  }
}

// The fourth sync is that of the journal which the commit has cut: the rows are there, and the
// store was told of an error.
TEST(Workloads, ACommitWhoseLastSyncFailsIsNeverAcknowledged) {
  const auto workload =
      make_workload("store-per-thread", {.set = set_of("TRUNCATE", "FULL"), .transactions = 12});
  EXPECT_EQ(record(*workload, {}).count(Kind::Acknowledge), 12U);
  EXPECT_EQ(record(*workload, {}, 2).count(Kind::Acknowledge), 12U) << "made again";
  EXPECT_EQ(record(*workload, {}, 3).count(Kind::Acknowledge), 11U) << "there already";
}

TEST(Workloads, ACopyIsWholeOnlyWithTheRowsOfItsTransactions) {
  const Done done("backup");
  EXPECT_EQ(done.inspect().copies, 2);
  done.open("copy-2.db").execute("UPDATE accounts SET balance = 0 WHERE id = 7");
  EXPECT_EQ(done.inspect().copies, 1);
  EXPECT_EQ(done.inspect().finding, "") << "the database itself is whole";
}

TEST(Workloads, OneConnectionAloneSkipsThoseThatNeedMore) {
  const PragmaSet exclusive = set_of("WAL", "NORMAL").with("locking_mode", "EXCLUSIVE");
  const CrashSetResult result =
      run_crash({.sets = {exclusive}, .models = {"process-kill"}, .images = 60, .transactions = 8})
          .sets.front();
  std::vector<std::string> skipped;
  for (const SkippedWorkload& each : result.skipped) skipped.push_back(each.name);
  EXPECT_THAT(skipped, UnorderedElementsAre("connections", "store-open-per-op", "store-per-thread",
                                            "store-single-writer", "store-group-commit"));
  try {
    static_cast<void>(run_crash({.sets = {exclusive}, .workloads = {"connections"}}));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Usage);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("connections"), HasSubstr("EXCLUSIVE")));
  }
}

CrashExposure exposure_of(const PragmaSet& set, int transactions) {
  return measure_exposure(set, {.sets = {}, .sustained_transactions = transactions});
}

TEST(Exposure, IsWhatIsCommittedBetweenTwoCheckpointsInWalNormal) {
  const CrashExposure short_log =
      exposure_of(set_of("WAL", "NORMAL").with("wal_autocheckpoint", "50"), 60);
  const CrashExposure long_log =
      exposure_of(set_of("WAL", "NORMAL").with("wal_autocheckpoint", "100"), 60);
  EXPECT_TRUE(short_log.bounded);
  EXPECT_GT(short_log.transactions, 5);
  EXPECT_GT(long_log.transactions, short_log.transactions);
  EXPECT_EQ(short_log.run_transactions, 60);
}

TEST(Exposure, IsNothingWhereEveryCommitIsSyncedAndOneWhereADirectoryEntryIsNot) {
  EXPECT_EQ(exposure_of(set_of("WAL", "FULL"), 30).transactions, 0);
  EXPECT_EQ(exposure_of(set_of("DELETE", "EXTRA"), 30).transactions, 0);
  EXPECT_EQ(exposure_of(set_of("DELETE", "FULL"), 30).transactions, 1);
}

TEST(Exposure, HasNoBoundWithoutSyncs) {
  const CrashExposure off = exposure_of(set_of("DELETE", "OFF"), 30);
  EXPECT_FALSE(off.bounded);
  EXPECT_EQ(off.transactions, 30);
  const CrashExposure never =
      exposure_of(set_of("WAL", "NORMAL").with("wal_autocheckpoint", "0"), 30);
  EXPECT_FALSE(never.bounded);
}

TEST(CommitRateTest, HasTheMedianAndItsInterval) {
  const CommitRate nine = rate_of({9, 1, 8, 2, 7, 3, 6, 4, 5});
  EXPECT_EQ(nine.median, 5);
  EXPECT_EQ(nine.low, 2) << "ranks 2 and 8 of 9 hold with 96.1%";
  EXPECT_EQ(nine.high, 8);
  EXPECT_EQ(rate_of({1, 2, 3, 4, 5, 6}).low, 1) << "all of 6 hold with 96.9%";
  EXPECT_EQ(rate_of({1, 2, 3, 4, 5}).low, std::nullopt);
  EXPECT_EQ(rate_of({1, 2, 4, 5}).median, 3);
}

}  // namespace
}  // namespace pragmark::crash

// The disk in memory behind SQLite: what it records, how it locks, and which states a crash leaves.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "crash/explorer_parts.h"
#include "crash/image.h"
#include "crash/memory_vfs.h"
#include "crash/operation_log.h"
#include "crash_runs.h"
#include "pragmark/connection.h"
#include "pragmark/error.h"

namespace pragmark::crash {
namespace {

using Kind = OperationKind;

class CrashDiskTest : public testing::Test {
 protected:
  Connection open(const PragmaSet& set) {
    return Connection::open(
        {.path = "a.db", .kind = ConnectionKind::SchemaCreation, .set = &set, .vfs = vfs_.name()});
  }
  // One insert, recorded.
  OperationLog record_insert(const PragmaSet& set) {
    Connection connection = open(set);
    connection.execute("CREATE TABLE t(x)");
    Recorder recorder(disk_, {});
    connection.execute("INSERT INTO t VALUES (1)");
    recorder.acknowledge(0, 1);
    return recorder.finish();
  }

  MemoryDisk disk_;
  MemoryVfs vfs_{disk_};
};

struct Signature {
  const char* journal;
  const char* synchronous;
  std::size_t syncs;
  std::size_t directory_syncs;
};

class SyncsOfACommit : public CrashDiskTest, public testing::WithParamInterface<Signature> {};

// The syncs that a real disk sees for one commit (FACTS, measured on ext4); a journal's first sync
// and the removal under EXTRA sync the directory.
INSTANTIATE_TEST_SUITE_P(
    Modes, SyncsOfACommit,
    testing::Values(Signature{"DELETE", "OFF", 0, 0}, Signature{"DELETE", "NORMAL", 2, 1},
                    Signature{"DELETE", "FULL", 3, 1}, Signature{"DELETE", "EXTRA", 3, 2},
                    Signature{"WAL", "NORMAL", 0, 0}, Signature{"WAL", "FULL", 1, 1},
                    Signature{"MEMORY", "FULL", 1, 0}),
    [](const auto& test) { return std::string(test.param.journal) + test.param.synchronous; });

TEST_P(SyncsOfACommit, AreThoseOfTheUnixVfs) {
  const Signature& expected = GetParam();
  Connection first = open(set_of(expected.journal, expected.synchronous));
  first.execute("CREATE TABLE t(x); INSERT INTO t VALUES (0)");
  Recorder recorder(disk_, {});
  first.execute("INSERT INTO t VALUES (1)");
  const OperationLog log = recorder.finish();
  EXPECT_EQ(log.count(Kind::Sync), expected.syncs);
  // The WAL is there already, and so is its directory entry.
  const bool wal = std::string_view(expected.journal) == "WAL";
  EXPECT_EQ(log.count(Kind::SyncDirectory), wal ? 0 : expected.directory_syncs);
}

TEST_F(CrashDiskTest, RecordsInOrderWithBytesAndAcknowledgement) {
  const OperationLog log = record_insert(set_of("DELETE", "FULL"));
  ASSERT_FALSE(log.operations.empty());
  EXPECT_EQ(log.operations.front().kind, Kind::Create);
  EXPECT_EQ(log.names.front(), "a.db-journal");
  EXPECT_EQ(log.operations.back().kind, Kind::Acknowledge);
  EXPECT_EQ(log.count(Kind::Remove), 1U);
  std::size_t bytes = 0;
  for (const Operation& operation : log.operations) bytes += operation.bytes;
  EXPECT_EQ(bytes, log.data.size());
}

TEST_F(CrashDiskTest, EndsARecordingThatOutgrowsItsLimitWithAnError) {
  Connection connection = open(set_of("DELETE", "OFF"));
  connection.execute("CREATE TABLE t(x)");
  Recorder recorder(disk_, {.limit_bytes = 4096});
  EXPECT_THROW(connection.execute("INSERT INTO t VALUES (1)"), Error);
  try {
    static_cast<void>(recorder.finish());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Environment);
    EXPECT_THAT(error.what(), testing::HasSubstr("limit"));
  }
}

TEST_F(CrashDiskTest, AFailingSyncIsAnErrorOfTheCommit) {
  Connection connection = open(set_of("DELETE", "FULL"));
  connection.execute("CREATE TABLE t(x)");
  Recorder recorder(disk_, {.failing_sync = 0});
  EXPECT_THROW(connection.execute("INSERT INTO t VALUES (1)"), Error);
  EXPECT_EQ(recorder.finish().count(Kind::FailedSync), 1U);
}

TEST_F(CrashDiskTest, TwoConnectionsShareLocksAndTheWalIndex) {
  const PragmaSet wal = set_of("WAL", "NORMAL");
  Connection writer = open(wal);
  writer.execute("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  Connection other = open(wal);
  writer.execute("BEGIN IMMEDIATE; INSERT INTO t VALUES (2)");
  Statement count = other.prepare("SELECT count(*) FROM t");
  ASSERT_TRUE(count.step());
  EXPECT_EQ(count.integer(0), 1) << "a reader sees the state before";
  count.reset();
  EXPECT_THROW(other.execute("BEGIN IMMEDIATE"), Error);
  writer.execute("COMMIT");
  ASSERT_TRUE(count.step());
  EXPECT_EQ(count.integer(0), 2);
}

TEST_F(CrashDiskTest, ARollbackReaderHoldsTheWriterOff) {
  const PragmaSet rollback = set_of("DELETE", "FULL");
  Connection writer = open(rollback);
  writer.execute("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  Connection reader = open(rollback);
  Statement rows = reader.prepare("SELECT x FROM t");
  ASSERT_TRUE(rows.step());
  EXPECT_THROW(writer.execute("INSERT INTO t VALUES (2)"), Error);
  rows.reset();
  writer.execute("INSERT INTO t VALUES (2)");
}

// Hand-made logs: one file, two writes, a sync between them.
class CrashPointTest : public testing::Test {
 protected:
  CrashPointTest() {
    log_.baseline["f"] = Bytes(1024, 'o');
    log_.baseline_files["f"] = 0;
    log_.names = {"f", "j"};
    write(0, 0, 1024, 'a');
    add({.kind = Kind::Sync, .file = 0});
    write(0, 512, 1024, 'b');
    add({.kind = Kind::Create, .name = 1, .file = 1});
    write(1, 0, 10, 'j');
    add({.kind = Kind::Sync, .file = 1});
    add({.kind = Kind::SyncDirectory});
  }
  void add(const Operation& operation) { log_.operations.push_back(operation); }
  void write(std::uint32_t file, std::int64_t offset, std::uint32_t bytes, unsigned char fill) {
    add({.kind = Kind::Write,
         .file = file,
         .offset = offset,
         .bytes = bytes,
         .data = log_.data.size()});
    log_.data.insert(log_.data.end(), bytes, fill);
  }
  // What is on the disk, each byte once where it repeats.
  static std::string squeezed(const Image& image, const char* name) {
    const auto found = image.find(name);
    if (found == image.end()) return "no such file";
    std::string text(found->second.begin(), found->second.end());
    text.erase(std::unique(text.begin(), text.end()), text.end());
    return text;
  }
  Image at(std::size_t point, std::vector<Loss> losses = {}, DiskRules rules = {}) {
    CrashPoint crash(log_, rules);
    crash.advance_to(point);
    Image image;
    crash.build(losses, 1, image);
    return image;
  }

  OperationLog log_;
};

TEST_F(CrashPointTest, WhatIsSyncedIsDurableAndTheRestIsPending) {
  CrashPoint crash(log_, {});
  crash.advance_to(1);
  EXPECT_EQ(crash.pending().size(), 1U);
  crash.advance_to(2);
  EXPECT_EQ(crash.pending().size(), 0U);
  crash.advance_to(5);
  EXPECT_EQ(crash.pending().size(), 3U);
  crash.advance_to(7);
  EXPECT_EQ(crash.pending().size(), 1U) << "the write to f, which nothing covers";
}

TEST_F(CrashPointTest, SurvivorsAreAppliedInOrderAndLossesLeftOut) {
  EXPECT_EQ(squeezed(at(0), "f"), "o");
  EXPECT_EQ(squeezed(at(3), "f"), "ab");
  EXPECT_EQ(squeezed(at(3, {{.operation = 2}}), "f"), "a");
  EXPECT_EQ(at(3).at("f").size(), 1536U);
  EXPECT_EQ(at(3, {{.operation = 2, .piece = 1}}).at("f").size(), 1024U)
      << "the piece that extends";
  EXPECT_EQ(squeezed(at(5, {{.operation = 3}}), "j"), "no such file");
  EXPECT_EQ(squeezed(at(5, {{.operation = 4}}), "j"), "");
  EXPECT_EQ(squeezed(at(5), "j"), "j");
}

TEST_F(CrashPointTest, GarbageStaysWithinThePieceAndFollowsTheSeed) {
  const Image torn = at(3, {{.operation = 2, .piece = 0, .garbage = true}});
  const Bytes& bytes = torn.at("f");
  EXPECT_TRUE(std::all_of(bytes.begin(), bytes.begin() + 512, [](int c) { return c == 'a'; }));
  EXPECT_TRUE(std::all_of(bytes.begin() + 1024, bytes.end(), [](int c) { return c == 'b'; }));
  EXPECT_FALSE(std::all_of(bytes.begin() + 512, bytes.begin() + 1024,
                           [](int c) { return c == 'a' || c == 'b'; }));
  EXPECT_EQ(hash_of(torn), hash_of(at(3, {{.operation = 2, .piece = 0, .garbage = true}})));
}

TEST_F(CrashPointTest, GarbageTakesTheWholeSectorWhereADiskLeavesNothingAlone) {
  log_.powersafe_overwrite = false;
  const Image torn = at(3, {{.operation = 2, .piece = 0, .garbage = true}});
  const Bytes& bytes = torn.at("f");
  ASSERT_EQ(bytes.size(), 1536U);
  const auto all_are = [&](std::ptrdiff_t piece, int letter) {
    const auto begin = bytes.begin() + piece * 512;
    return std::all_of(begin, begin + 512, [&](int c) { return c == letter; });
  };
  EXPECT_FALSE(all_are(0, 'a')) << "what was durable before it";
  EXPECT_FALSE(all_are(2, 'b')) << "what was written after it";
}

TEST_F(CrashPointTest, AModelLosesOnlyWhatItMay) {
  using Losses = std::vector<Loss>;
  CrashPoint crash(log_, {});
  crash.advance_to(5);  // pending: the write 2, the creation 3, the write 4
  const auto may = [&](Model model, const Losses& losses) {
    return admissible(crash, losses, log_, model);
  };
  const Losses tail{{.operation = 2, .piece = 1}, {.operation = 3}, {.operation = 4}};
  EXPECT_TRUE(may(Model::OrderedPrefix, tail));
  EXPECT_FALSE(may(Model::OrderedPrefix, {{.operation = 2}, {.operation = 4}})) << "3 came between";
  EXPECT_FALSE(may(Model::OrderedPrefix, {{.operation = 2}}));
  EXPECT_FALSE(
      may(Model::OrderedPrefix, {{.operation = 2, .piece = 0}, {.operation = 3}, {.operation = 4}}))
      << "the end of a write, not its beginning";
  EXPECT_TRUE(may(Model::ProcessKill, {{.operation = 4}}));
  EXPECT_FALSE(may(Model::ProcessKill, {{.operation = 2}})) << "it had returned";
  EXPECT_TRUE(may(Model::SubsetTorn, {{.operation = 3}}));
}

// VACUUM removes its journal, then cuts the database: without a journal of its own, a filesystem
// may have done only the second.
TEST_F(CrashPointTest, DirectoryEntriesAndTruncationsKeepTheirOrderWithAJournal) {
  add({.kind = Kind::Remove, .name = 1, .file = 1});
  add({.kind = Kind::Truncate, .file = 0, .offset = 512});
  CrashPoint crash(log_, {});
  crash.advance_to(9);
  const std::vector<Loss> removal{{.operation = 7}};
  EXPECT_FALSE(admissible(crash, removal, log_, Model::SubsetTorn));
  EXPECT_FALSE(admissible(crash, removal, log_, Model::FsJournal));
  EXPECT_TRUE(admissible(crash, removal, log_, Model::MetadataReordered));
  Random random(1);
  for (int i = 0; i < 100; ++i) {
    const std::vector<Loss> losses = sample(crash, log_, Model::SubsetTorn, random);
    EXPECT_TRUE(admissible(crash, losses, log_, Model::SubsetTorn));
  }
}

TEST_F(CrashPointTest, ALyingSyncMakesNothingDurable) {
  CrashPoint crash(log_, {.lying_sync = 1});
  crash.advance_to(2);
  EXPECT_EQ(crash.pending().size(), 1U);
  EXPECT_EQ(squeezed(at(2, {{.operation = 0}}, {.lying_sync = 1}), "f"), "o");
}

TEST_F(CrashPointTest, AJournallingFilesystemCommitsTheDirectoryWithAnySync) {
  CrashPoint plain(log_, {});
  plain.advance_to(6);
  CrashPoint journalling(log_, {.metadata_journal = true});
  journalling.advance_to(6);
  EXPECT_EQ(plain.pending().size(), 2U);
  EXPECT_EQ(journalling.pending().size(), 1U);
}

TEST_F(CrashPointTest, AFailedSyncLosesWhatWasPendingForGood) {
  log_.operations[1].kind = Kind::FailedSync;
  EXPECT_EQ(squeezed(at(1), "f"), "a");
  EXPECT_EQ(squeezed(at(2), "f"), "o");
}

TEST(PiecesTest, AreCountedByAlignedSectors) {
  EXPECT_EQ(pieces_of({.kind = Kind::Write, .offset = 0, .bytes = 4096}), 8U);
  EXPECT_EQ(pieces_of({.kind = Kind::Write, .offset = 24, .bytes = 4096}), 9U);
  EXPECT_EQ(pieces_of({.kind = Kind::Write, .offset = 0, .bytes = 24}), 1U);
  EXPECT_EQ(pieces_of({.kind = Kind::Truncate, .offset = 9999}), 1U);
}

}  // namespace
}  // namespace pragmark::crash

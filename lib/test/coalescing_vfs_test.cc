// What the coalescing layer changes (the number of writes), what it must not (all else), and that
// the error of a write it put off is the error of the commit that it belongs to.
#include "pragmark/coalescing_vfs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "matchers.h"
#include "pragmark/counting_vfs.h"
#include "pragmark/strategy.h"
#include "sql.h"
#include "temp_directory.h"

namespace pragmark {
namespace {

using ::testing::AllOf;
using ::testing::IsEmpty;
using ::testing::Throws;

constexpr int kCommits = 30;
constexpr const char* kTable =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, c);"
    "CREATE INDEX ta ON t (a); CREATE INDEX tb ON t (b); CREATE INDEX tc ON t (c);";

Connection create(const std::string& path, const PragmaSet& set, const std::string& vfs) {
  Connection connection = Connection::open(
      {.path = path, .kind = ConnectionKind::SchemaCreation, .set = &set, .vfs = vfs});
  connection.execute(kTable);
  connection.execute("INSERT INTO t VALUES (0, 'a', 'b', 'c')");
  return connection;
}

std::string insert(int id) {
  const std::string text = std::to_string(id);
  return "INSERT INTO t VALUES (" + text + ", 'a" + text + "', 'b" + text + "', 'c" + text + "')";
}

struct Cost {
  FileCounts wal;
  std::uint64_t syncs;
};

Cost cost_of_commits(const CountingVfs& counting, Connection& connection) {
  const IoCounts before = counting.counts();
  for (int i = 1; i <= kCommits; ++i) connection.execute(insert(i));
  const IoCounts cost = counting.counts() - before;
  return {.wal = cost.at(FileRole::Wal), .syncs = cost.syncs()};
}

// What a WAL says, apart from the salts, which are random, and the checksums, which depend on them.
std::string frames_of(const std::string& wal, int page_bytes) {
  constexpr std::size_t kHeader = 32;
  constexpr std::size_t kFrameHeader = 24;
  constexpr std::size_t kPageNumberAndCommit = 8;
  const std::string bytes = read_bytes(wal);
  const std::size_t frame = kFrameHeader + static_cast<std::size_t>(page_bytes);
  std::string frames;
  for (std::size_t at = kHeader; at + frame <= bytes.size(); at += frame) {
    frames += bytes.substr(at, kPageNumberAndCommit);
    frames += bytes.substr(at + kFrameHeader, static_cast<std::size_t>(page_bytes));
  }
  return frames;
}

class PageSizes : public ::testing::TestWithParam<std::tuple<int, const char*>> {
 protected:
  [[nodiscard]] static int page_bytes() { return std::get<0>(GetParam()); }
  [[nodiscard]] static PragmaSet set() {
    return PragmaSet::parse(
        "default+journal_mode=WAL+wal_autocheckpoint=0+page_size=" + std::to_string(page_bytes()) +
        "+synchronous=" + std::get<1>(GetParam()));
  }
};

INSTANTIATE_TEST_SUITE_P(Synchronous, PageSizes,
                         ::testing::Combine(::testing::Values(512, 1024, 4096, 8192, 16384, 65536),
                                            ::testing::Values("NORMAL", "FULL")));

TEST_P(PageSizes, OneWriteForACommitAndTheSameBytesAndSyncs) {
  const TempDirectory directory;
  const CountingVfs counting;
  const CoalescingVfs coalescing(counting.name());
  Connection direct = create(directory.file("direct.db"), set(), counting.name());
  Connection layered = create(directory.file("layered.db"), set(), coalescing.name());
  const Cost alone = cost_of_commits(counting, direct);
  const Cost with_layer = cost_of_commits(counting, layered);
  EXPECT_GE(alone.wal.writes, 8U * kCommits) << "a frame's header and page, four frames or more";
  EXPECT_EQ(with_layer.wal.written_bytes, alone.wal.written_bytes);
  EXPECT_EQ(with_layer.syncs, alone.syncs);
  if (page_bytes() <= 8192) {
    EXPECT_EQ(with_layer.wal.writes, std::uint64_t{kCommits});
  } else {
    EXPECT_LT(with_layer.wal.writes, alone.wal.writes) << "in parts: the VFS below takes no more";
  }
  EXPECT_EQ(frames_of(directory.file("layered.db-wal"), page_bytes()),
            frames_of(directory.file("direct.db-wal"), page_bytes()));
  EXPECT_FALSE(direct.checkpoint(CheckpointMode::Truncate).busy);
  EXPECT_FALSE(layered.checkpoint(CheckpointMode::Truncate).busy);
  EXPECT_EQ(read_bytes(directory.file("layered.db")), read_bytes(directory.file("direct.db")));
}

TEST_P(PageSizes, EachSeesTheOthersCommitsAtOnce) {
  const TempDirectory directory;
  const CoalescingVfs coalescing;
  const std::string path = directory.file("a.db");
  const PragmaSet settings = set();
  Connection layered = create(path, settings, coalescing.name());
  Connection plain = Connection::open({.path = path, .set = &settings});
  for (int i = 1; i <= kCommits; ++i) {
    Connection& writer = i % 3 == 0 ? plain : layered;
    Connection& reader = i % 3 == 0 ? layered : plain;
    writer.execute(insert(i));
    EXPECT_EQ(number(reader, "SELECT count(*) FROM t"), i + 1);
    EXPECT_EQ(number(writer, "SELECT max(id) FROM t"), i);
    if (i % 10 != 0) continue;
    EXPECT_FALSE(plain.checkpoint(CheckpointMode::Restart).busy);
  }
  EXPECT_THAT(damage(path), IsEmpty());
}

TEST(CoalescingVfs, StandsOverAVfsThatExists) {
  EXPECT_THAT([] { const CoalescingVfs layer("no-such-vfs"); },
              Throws<Error>(AllOf(KindIs(ErrorKind::Environment), MessageHas("no-such-vfs"))));
}

// Where no wal-index is shared there is no lock of it, and where there is no WAL no frame.
TEST(CoalescingVfs, OtherModesPassThrough) {
  for (const char* mode : {"journal_mode=WAL+locking_mode=EXCLUSIVE", "journal_mode=DELETE",
                           "journal_mode=TRUNCATE", "journal_mode=MEMORY", "journal_mode=OFF"}) {
    const TempDirectory directory;
    const CountingVfs counting;
    const CoalescingVfs coalescing(counting.name());
    const PragmaSet set = PragmaSet::parse(std::string("default+") + mode);
    Connection direct = create(directory.file("direct.db"), set, counting.name());
    Connection layered = create(directory.file("layered.db"), set, coalescing.name());
    const auto total = [&](Connection& connection) {
      const IoCounts before = counting.counts();
      for (int i = 1; i <= kCommits; ++i) connection.execute(insert(i));
      const IoCounts cost = counting.counts() - before;
      std::vector<std::uint64_t> calls = {cost.syncs()};
      for (const FileCounts& file : cost.files) calls.push_back(file.writes);
      return calls;
    };
    EXPECT_EQ(total(layered), total(direct)) << mode;
    EXPECT_EQ(number(layered, "SELECT count(*) FROM t"), kCommits + 1) << mode;
  }
}

TEST(CoalescingVfs, KnowsTheNextWalAfterTheJournalModeWasChanged) {
  const TempDirectory directory;
  const CountingVfs counting;
  const CoalescingVfs coalescing(counting.name());
  const PragmaSet set = PragmaSet::parse("production");
  const std::string path = directory.file("a.db");
  Connection layered = create(path, set, coalescing.name());
  layered.execute("PRAGMA journal_mode=DELETE; PRAGMA page_size=1024; VACUUM;");
  layered.execute("PRAGMA journal_mode=WAL; INSERT INTO t VALUES (-1, 0, 0, 0);");
  const Cost cost = cost_of_commits(counting, layered);
  EXPECT_EQ(cost.wal.writes, std::uint64_t{kCommits});
  EXPECT_EQ(number(layered, "PRAGMA page_size"), 1024);
  EXPECT_THAT(damage(path), IsEmpty());
}

// Calls fail from the first to the last of a transaction that is written in several parts.
class FailingLayer : public ::testing::TestWithParam<std::tuple<FailingCall, int>> {};

INSTANTIATE_TEST_SUITE_P(CallsAndBlobs, FailingLayer,
                         ::testing::Combine(::testing::Values(FailingCall::Write, FailingCall::Sync,
                                                              FailingCall::Any),
                                            ::testing::Values(10, 140'000, 600'000)));

TEST_P(FailingLayer, TheCommitThatCausedItFailsAndNothingElse) {
  const auto [failing, blob_bytes] = GetParam();
  const TempDirectory directory;
  CountingVfs counting;
  const CoalescingVfs coalescing(counting.name());
  const std::string path = directory.file("a.db");
  const PragmaSet set =
      PragmaSet::parse("durable+cache_size=20+page_size=1024+wal_autocheckpoint=0");
  Connection layered = create(path, set, coalescing.name());
  Connection plain = Connection::open({.path = path, .set = &set});
  int failures = 0;
  for (int call = 0;; ++call) {
    ASSERT_LT(call, 1000) << "a write that never succeeds";
    const int id = call + 1;
    counting.fail_after(static_cast<std::uint64_t>(call), failing);
    bool failed = false;
    try {
      Transaction transaction(layered);
      layered.execute(insert(id));
      layered.execute("UPDATE t SET c = zeroblob(" + std::to_string(blob_bytes) +
                      ") WHERE id = " + std::to_string(id));
      transaction.commit();
    } catch (const Error& error) {
      failed = true;
      EXPECT_EQ(error.kind(), ErrorKind::Environment) << error.what();
    }
    counting.stop_failing();
    EXPECT_FALSE(layered.in_transaction());
    EXPECT_EQ(number(plain, "SELECT count(*) FROM t WHERE id = " + std::to_string(id)), !failed);
    ASSERT_THAT(damage(path), IsEmpty()) << "after call " << call;
    plain.execute(insert(-id));
    EXPECT_EQ(number(layered, "SELECT count(*) FROM t"), 1 + id + (failed ? 0 : 1));
    if (!failed) break;
    ++failures;
  }
  EXPECT_GT(failures, 0);
}

// A write that was put off fails when SQLite reads the WAL. That undoes one statement, as far as
// SQLite knows; the frames of the statement before are lost as well, so the transaction must be.
TEST(CoalescingVfs, ATransactionThatLostFramesCannotCommit) {
  const TempDirectory directory;
  CountingVfs counting;
  const CoalescingVfs coalescing(counting.name());
  const std::string path = directory.file("a.db");
  const PragmaSet set = PragmaSet::parse("production+cache_size=5+page_size=1024");
  Connection layered = create(path, set, coalescing.name());
  layered.execute("CREATE TABLE u (id INTEGER PRIMARY KEY, x UNIQUE, y)");
  layered.execute("BEGIN IMMEDIATE");
  layered.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) "
                  "INSERT INTO u SELECT i, i, zeroblob(900) FROM n");
  counting.fail_after(0, FailingCall::Write);
  EXPECT_THAT([&] { layered.execute("INSERT INTO u SELECT id + 100, x + 100, y FROM u"); },
              Throws<Error>(CodeIs(SQLITE_FULL)));
  counting.stop_failing();
  if (layered.in_transaction()) {
    EXPECT_THAT([&] { layered.execute("COMMIT"); }, Throws<Error>(CodeIs(SQLITE_FULL)));
  }
  EXPECT_FALSE(layered.in_transaction());
  EXPECT_EQ(number(layered, "SELECT count(*) FROM u"), 0);
  layered.execute("INSERT INTO u VALUES (1, 1, 1)");
  Connection plain = Connection::open({.path = path, .set = &set});
  EXPECT_EQ(number(plain, "SELECT count(*) FROM u"), 1);
  EXPECT_THAT(damage(path), IsEmpty());
}

}  // namespace
}  // namespace pragmark

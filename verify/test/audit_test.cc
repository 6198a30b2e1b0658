#include "pragmark/verify/audit.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/read_only_file.h"
#include "audit/snapshot.h"
#include "audit_files.h"
#include "pragmark/error.h"

namespace pragmark {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

std::vector<std::string> ids_of(const AuditReport& report) {
  std::vector<std::string> ids;
  for (const Finding& finding : report.findings) ids.push_back(finding.id);
  return ids;
}

constexpr const char* kTable =
    "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2), (3); CREATE INDEX by_a ON t (a);";
// Spills into the file, so that the journal is synced and the file changed before the end.
constexpr const char* kDying =
    "PRAGMA cache_size = 1; CREATE TABLE t (a); CREATE INDEX by_a ON t (a);"
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
    "INSERT INTO t SELECT i FROM n;"
    "BEGIN; UPDATE t SET a = -a; INSERT INTO t SELECT a FROM t;";

TEST(Audit, SeesWhatIsCommittedInAWalThatNobodyHasOpen) {
  AuditFiles files;
  const std::string path =
      files.left_by(std::string("PRAGMA journal_mode = WAL;") + kTable + "BEGIN; DELETE FROM t;");
  const std::string before = bytes_of(path) + bytes_of(path + "-wal") + bytes_of(path + "-shm");
  const AuditReport report = audit({.path = path, .full = true});
  EXPECT_EQ(bytes_of(path) + bytes_of(path + "-wal") + bytes_of(path + "-shm"), before);
  EXPECT_EQ(report.integrity, "ok");
  ASSERT_THAT(report.tables, SizeIs(1));
  EXPECT_EQ(report.tables[0].rows, 3);
  EXPECT_FALSE(report.journal.live);
  EXPECT_THAT(ids_of(report), Contains("A202"));
  EXPECT_EQ(overall_verdict(report), Verdict::Fail);
}

TEST(Audit, SeesAHotJournalAsRolledBack) {
  AuditFiles files;
  const std::string path = files.left_by(kDying);
  const AuditReport report = audit({.path = path, .full = true});
  EXPECT_EQ(report.journal.rollback_journal, RollbackJournal::Hot);
  EXPECT_EQ(report.integrity, "ok");
  ASSERT_THAT(report.tables, SizeIs(1));
  EXPECT_EQ(report.tables[0].rows, 2000);
  EXPECT_THAT(ids_of(report), Contains("A201"));
  // A control: the bytes of the journal are what makes the difference.
  std::filesystem::remove(path + "-journal");
  EXPECT_EQ(audit({.path = path, .full = true}).integrity, "damaged");
}

TEST(Audit, AJournalThatWasEndedIsOfNoEffect) {
  AuditFiles files;
  const std::string path = files.left_by(std::string("PRAGMA journal_mode = PERSIST;") + kTable);
  const AuditReport report = audit({.path = path});
  EXPECT_EQ(report.journal.rollback_journal, RollbackJournal::Idle);
  EXPECT_THAT(ids_of(report), Not(Contains("A201")));
}

TEST(Audit, TheJournalOfATransactionWhoseSuperJournalIsGoneIsOfNoEffect) {
  AuditFiles files;
  const std::string path = files.left_by(kDying);
  const std::string name = files.file("super");
  std::uint32_t sum = 0;
  for (const char c : name) sum += static_cast<unsigned char>(c);
  const auto number = [](std::uint32_t value) {
    return std::string{static_cast<char>(value >> 24U), static_cast<char>(value >> 16U),
                       static_cast<char>(value >> 8U), static_cast<char>(value)};
  };
  const std::string tail = name + number(static_cast<std::uint32_t>(name.size())) + number(sum) +
                           "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7";
  write_bytes(path + "-journal", bytes_of(path + "-journal") + tail);
  EXPECT_EQ(audit({.path = path}).journal.rollback_journal, RollbackJournal::Idle);
  write_bytes(name, "x");
  EXPECT_EQ(audit({.path = path}).journal.rollback_journal, RollbackJournal::Hot);
}

TEST(Audit, FindingsComeWithTheWorstFirst) {
  AuditFiles files;
  const std::string path =
      files.left_by("CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p);"
                    "PRAGMA foreign_keys = OFF; INSERT INTO c VALUES (1);");
  const AuditReport report = audit({.path = path});
  ASSERT_FALSE(report.findings.empty());
  EXPECT_EQ(report.findings.front().id, "A501");
  EXPECT_TRUE(std::ranges::is_sorted(report.findings, {}, &Finding::severity));
  EXPECT_EQ(report.foreign_keys, 1);
}

TEST(Audit, ASetIsComparedWithWhatTheFileHas) {
  AuditFiles files;
  const std::string path = files.left_by(kTable);
  const AuditReport differs =
      audit({.path = path, .set = PragmaSet::parse("production+application_id=5")});
  EXPECT_THAT(ids_of(differs), Contains("A711").Times(2));
  const AuditReport holds =
      audit({.path = path, .set = PragmaSet::parse("default+journal_mode=TRUNCATE")});
  EXPECT_THAT(ids_of(holds), Not(Contains("A711"))) << "the file keeps only that it is not WAL";
}

TEST(Audit, WhatIsNoDatabaseIsAUsageError) {
  AuditFiles files;
  const std::string path = files.file("notes.txt");
  write_bytes(path, "not a database\n");
  try {
    static_cast<void>(audit({.path = path}));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Usage);
    EXPECT_THAT(error.what(), HasSubstr("a text file"));
  }
}

TEST(OverallVerdict, AnUnknownIsNoPassAndAWarningMatters) {
  AuditReport report;
  EXPECT_EQ(overall_verdict(report), Verdict::Pass);
  report.findings.push_back({.severity = Severity::Notice});
  EXPECT_EQ(overall_verdict(report), Verdict::Pass);
  report.findings.push_back({.severity = Severity::Unknown});
  EXPECT_EQ(overall_verdict(report), Verdict::Unknown);
  report.findings.push_back({.severity = Severity::Warning});
  EXPECT_EQ(overall_verdict(report), Verdict::Fail);
}

// Where no lock keeps a writer away, the snapshot tells afterwards.
TEST(Snapshot, NoticesThatSomebodyWroteWhereNoLockForbidsIt) {
  AuditFiles files;
  const std::string path = files.left_by(std::string("PRAGMA journal_mode = WAL;") + kTable);
  inspect::Watch watch(nullptr);
  inspect::Snapshot snapshot(path, std::chrono::milliseconds(0), watch);
  EXPECT_FALSE(snapshot.changed_meanwhile());
  Connection::open({.path = path}).execute("INSERT INTO t VALUES (4)");
  EXPECT_TRUE(snapshot.changed_meanwhile());
}

// A process has no conflict with its own locks: another one has to look.
bool is_locked_for_others(const std::string& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto file = inspect::ReadOnlyFile::open(path);
    constexpr inspect::LockRange kShared = {.begin = 0x40000002, .length = 510};
    ::_exit(file && file->locked_elsewhere(kShared) ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

TEST(Snapshot, HoldsAReadersLockToItsEnd) {
  AuditFiles files;
  const std::string path = files.left_by(kTable);
  {
    inspect::Watch watch(nullptr);
    const inspect::Snapshot snapshot(path, std::chrono::milliseconds(0), watch);
    EXPECT_TRUE(is_locked_for_others(path));
    EXPECT_TRUE(snapshot.journal().locked);
  }
  EXPECT_FALSE(is_locked_for_others(path));
}

TEST(Snapshot, EndsWhereTheDatabaseEnds) {
  AuditFiles files;
  const std::string path = files.left_by(std::string("PRAGMA journal_mode = WAL;") + kTable);
  inspect::Watch watch(nullptr);
  inspect::Snapshot snapshot(path, std::chrono::milliseconds(0), watch);
  EXPECT_EQ(snapshot.bytes(), 3U * 4096U);
  std::vector<std::uint8_t> bytes(5000);
  EXPECT_EQ(snapshot.read(2 * 4096, bytes), 4096U);
  EXPECT_EQ(snapshot.read(3 * 4096, bytes), 0U);
  EXPECT_EQ(snapshot.read(4000, bytes), 5000U) << "over the bounds of pages";
}

}  // namespace
}  // namespace pragmark

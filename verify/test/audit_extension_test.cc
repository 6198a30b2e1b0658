// What pragmark_audit finds. That it disturbs nothing is audit_passive_test.cc.
#include <algorithm>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../../lib/test/temp_directory.h"
#include "audit_host.h"
#include "pragmark/pragma.h"

namespace pragmark {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Optional;
using ::testing::Pair;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

class AuditExtension : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return directory_.file("app.db"); }
  TempDirectory directory_;
};

auto verdict(const std::string& word) { return Contains(Pair("verdict", word)); }

std::vector<std::string> settings_with_verdict(const AuditHost& host, const std::string& set,
                                               const std::string& verdict) {
  std::vector<std::string> settings;
  for (const AuditRow& row : host.audit(set)) {
    if (row.at("verdict") == verdict) settings.push_back(row.at("setting").value_or(""));
  }
  return settings;
}

TEST_F(AuditExtension, AConnectionWithTheWholeSetPassesInTheSetsOrder) {
  const AuditHost host(path());
  host.run(kProduction);
  const std::vector<std::string> six = {"journal_mode", "busy_timeout", "synchronous",
                                        "cache_size",   "foreign_keys", "temp_store"};
  EXPECT_EQ(settings_with_verdict(host, "production", "pass"), six);
  for (const AuditRow& row : host.audit("production")) {
    SCOPED_TRACE(row.at("setting").value_or(""));
    EXPECT_THAT(row, testing::AnyOf(verdict("pass"), verdict("skipped")));
    EXPECT_EQ(row.at("reason").has_value(), row.at("verdict") == "skipped");
    EXPECT_TRUE(row.at("documentation").has_value());
  }
}

TEST_F(AuditExtension, EverySettingThatPragmarkKnowsIsReadBackOnce) {
  const AuditHost host(path());
  host.run(kProduction);
  for (const PragmaSpec& spec : pragma_table()) {
    SCOPED_TRACE(spec.name);
    const auto rows = host.rows("SELECT * FROM pragmark_audit('production') WHERE setting = '" +
                                std::string(spec.name) + "'");
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].at("read_back"), read_back(host.db(), spec));
  }
}

TEST_F(AuditExtension, ASettingChangedBehindItsBackFails) {
  const AuditHost host(path());
  host.run(kProduction);
  host.run("PRAGMA synchronous = OFF");
  EXPECT_THAT(host.audit("production", "synchronous"),
              IsSupersetOf<AuditRow::value_type>(
                  {{"id", "X001"},
                   {"claimed", "NORMAL"},
                   {"read_back", "OFF"},
                   {"observed", std::nullopt},
                   {"verdict", "fail"},
                   {"repair", "PRAGMA synchronous = NORMAL;"},
                   {"consequence", std::string(find_pragma("synchronous")->consequence)},
                   {"documentation", "https://www.sqlite.org/pragma.html#pragma_synchronous"}}));
  EXPECT_THAT(host.audit("production+synchronous=OFF", "synchronous"), verdict("pass"));
}

TEST_F(AuditExtension, WhatIsAskedForWronglyIsAnErrorThatSaysSo) {
  const AuditHost host(path());
  const auto asking = [&](const std::string& arguments) {
    return [&host, arguments] { (void)host.rows("SELECT * FROM pragmark_audit" + arguments); };
  };
  EXPECT_THAT(asking("('prodction')"),
              ThrowsMessage<std::runtime_error>(
                  AllOf(StartsWith("unknown PRAGMA set prodction"), HasSubstr("production"))));
  EXPECT_THAT(asking("('production+cache_size=64MB')"),
              ThrowsMessage<std::runtime_error>(HasSubstr("SQLite would have heard 64")));
  EXPECT_THAT(asking("('production+sychronous=1')"),
              ThrowsMessage<std::runtime_error>(HasSubstr("did you mean synchronous?")));
  for (const char* nothing : {"", "(NULL)"}) {
    EXPECT_THAT(asking(nothing),
                ThrowsMessage<std::runtime_error>(HasSubstr("pragmark_audit('production')")));
  }
  EXPECT_THAT(asking("('production', 'all')"),
              ThrowsMessage<std::runtime_error>(HasSubstr("'counters'")));
}

TEST_F(AuditExtension, ASetMayBeAFileAndComeFromATable) {
  const AuditHost host(path());
  write_text(directory_.file("mine.sql"), "PRAGMA cache_size = 7;");
  host.run("PRAGMA cache_size = 7; CREATE TEMP TABLE sets(name)");
  host.run("INSERT INTO sets VALUES('production'), ('" + directory_.file("mine.sql") + "')");
  const auto rows = host.rows(
      "SELECT verdict FROM sets, pragmark_audit(sets.name) AS a WHERE a.setting = 'cache_size' "
      "ORDER BY verdict");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_THAT(rows[0], verdict("fail"));
  EXPECT_THAT(rows[1], verdict("pass"));
}

TEST_F(AuditExtension, CountersComeOnlyWhenAskedFor) {
  const AuditHost host(path());
  const std::string sql = "SELECT count(*) FROM pragmark_audit('production'";
  EXPECT_EQ(host.value(sql + ") WHERE id = 'X010'"), "0");
  EXPECT_EQ(host.value(sql + ", 'counters') WHERE setting = 'cache_misses'"), "1");
}

// A busy handler of the application shows as 0, as none does.
TEST_F(AuditExtension, ABusyTimeoutOfZeroIsUnknownWhateverIsClaimed) {
  const AuditHost host(path());
  host.run("PRAGMA busy_timeout = 70");
  EXPECT_THAT(host.audit("production", "busy_timeout"), verdict("fail"));
  sqlite3_busy_handler(
      host.db(), [](void*, int) { return 0; }, nullptr);
  for (const char* set : {"production", "production+busy_timeout=0"}) {
    const AuditRow row = host.audit(set, "busy_timeout");
    EXPECT_THAT(row, verdict("unknown"));
    EXPECT_THAT(row.at("reason"), Optional(HasSubstr("busy handler of its own")));
    EXPECT_THAT(row.at("repair"), Optional(HasSubstr("-- replaces a busy handler")));
  }
}

TEST_F(AuditExtension, AWalHookOfTheApplicationLeavesAutocheckpointUnknown) {
  const AuditHost host(path());
  host.run(kProduction);
  EXPECT_THAT(host.audit("production+wal_autocheckpoint=1000", "wal_autocheckpoint"),
              verdict("pass"));
  sqlite3_wal_hook(
      host.db(), [](void*, sqlite3*, const char*, int) { return SQLITE_OK; }, nullptr);
  EXPECT_THAT(host.audit("production+wal_autocheckpoint=1000", "wal_autocheckpoint"),
              verdict("unknown"));
}

TEST_F(AuditExtension, FlagsAreReadPastAnAuthorizerThatForbidsPragmas) {
  const AuditHost host(path());
  host.run(kProduction);
  const auto authorizer = [](void*, int action, const char*, const char*, const char*,
                             const char*) {
    return action == SQLITE_PRAGMA ? SQLITE_DENY : SQLITE_OK;
  };
  sqlite3_set_authorizer(host.db(), authorizer, nullptr);
  EXPECT_EQ(settings_with_verdict(host, "production", "fail"), std::vector<std::string>());
  EXPECT_EQ(settings_with_verdict(host, "production", "pass"), std::vector<std::string>());
  EXPECT_THAT(host.audit("production", "cache_size"), verdict("unknown"));
  EXPECT_THAT(host.audit("production", "cache_size").at("reason"),
              Optional(HasSubstr("not authorized")));

  const auto ignoring = [](void*, int action, const char*, const char*, const char*, const char*) {
    return action == SQLITE_PRAGMA ? SQLITE_IGNORE : SQLITE_OK;
  };
  sqlite3_set_authorizer(host.db(), ignoring, nullptr);
  EXPECT_THAT(host.audit("production", "cache_size"), verdict("unknown"));
  EXPECT_EQ(settings_with_verdict(host, "production", "fail"), std::vector<std::string>());
  EXPECT_THAT(host.audit("production", "foreign_keys"), verdict("pass"));
  EXPECT_THAT(host.audit("production+foreign_keys=OFF", "foreign_keys"), verdict("fail"));
}

TEST_F(AuditExtension, OfTheLockingModeThatOfMainCounts) {
  const AuditHost host(path());
  host.run("PRAGMA main.locking_mode = EXCLUSIVE");
  const AuditRow row = host.audit("default+locking_mode=NORMAL", "locking_mode");
  EXPECT_THAT(row, verdict("fail"));
  EXPECT_EQ(row.at("read_back"), "EXCLUSIVE");
}

TEST_F(AuditExtension, InASharedCacheTheBusyTimeoutHasNoEffect) {
  const int shared = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const AuditHost host("file:" + path() + "?cache=shared", shared);
  host.run(kProduction);
  const bool built_without = sqlite3_compileoption_used("OMIT_SHARED_CACHE") != 0;
  EXPECT_THAT(host.audit("production", "busy_timeout"),
              verdict(built_without ? "pass" : "ineffective"));
  EXPECT_THAT(host.audit("production+read_uncommitted=OFF", "read_uncommitted"), verdict("pass"));
  host.run("PRAGMA read_uncommitted = ON");
  EXPECT_THAT(host.audit("production+read_uncommitted=ON", "read_uncommitted"),
              verdict(built_without ? "ineffective" : "pass"));
}

TEST_F(AuditExtension, AnImmutableDatabaseIsAHazard) {
  { AuditHost(path()).run("CREATE TABLE t(x)"); }
  EXPECT_THAT(AuditHost(path()).rows("SELECT * FROM pragmark_audit('default') WHERE id = 'X005'"),
              testing::IsEmpty());
  const AuditHost host("file:" + path() + "?immutable=1", SQLITE_OPEN_READONLY);
  EXPECT_THAT(host.audit("default", "immutable"), verdict("fail"));
}

TEST_F(AuditExtension, AFileReplacedUnderTheConnectionIsFound) {
  const AuditHost host(path());
  host.run("CREATE TABLE t(x)");
  EXPECT_THAT(host.audit("default", "file_moved"), verdict("skipped"));
  std::filesystem::rename(path(), directory_.file("backup.db"));
  EXPECT_THAT(host.audit("default", "file_moved"), verdict("fail"));
}

TEST_F(AuditExtension, TheHeaderOfTheFileIsWhatIsObserved) {
  const AuditHost host(path());
  host.run("PRAGMA page_size = 65536");
  EXPECT_EQ(host.audit("default", "page_size").at("observed"), std::nullopt);
  host.run("CREATE TABLE t(x)");
  EXPECT_EQ(host.audit("default", "page_size").at("observed"), "65536");
  EXPECT_EQ(host.audit("default", "journal_mode").at("observed"), std::nullopt);
  host.run("PRAGMA journal_mode = WAL");
  EXPECT_EQ(host.audit("production", "journal_mode").at("observed"), "WAL");
}

TEST_F(AuditExtension, TheWalIsCounted) {
  const AuditHost host(path());
  host.run(kProduction);
  host.run("CREATE TABLE t(x); PRAGMA wal_checkpoint(RESTART)");
  for (int i = 0; i < 5; ++i) host.run("INSERT INTO t VALUES(1)");
  EXPECT_EQ(host.audit("production", "wal").at("observed"), "5 frames, 0 backfilled");
  host.run("PRAGMA wal_checkpoint(PASSIVE)");
  EXPECT_EQ(host.audit("production", "wal").at("observed"), "5 frames, 5 backfilled");
}

TEST_F(AuditExtension, OpenStatementsAndTheTransactionAreNamed) {
  const AuditHost host(path());
  host.run("CREATE TABLE t(x); INSERT INTO t VALUES(1), (2)");
  EXPECT_EQ(host.audit("default", "open_statements").at("observed"), "0 busy of 0 prepared");
  EXPECT_EQ(host.audit("default", "transaction").at("observed"), "none");
  sqlite3_stmt* cursor = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(host.db(), "SELECT x FROM t", -1, &cursor, nullptr), SQLITE_OK);
  ASSERT_EQ(sqlite3_step(cursor), SQLITE_ROW);
  EXPECT_EQ(host.audit("default", "open_statements").at("observed"),
            "1 busy of 1 prepared: SELECT x FROM t");
  EXPECT_EQ(host.audit("default", "transaction").at("observed"), "read");
  sqlite3_finalize(cursor);
  host.run("BEGIN IMMEDIATE");
  EXPECT_EQ(host.audit("default", "transaction").at("observed"),
            "write, begun by BEGIN or SAVEPOINT");
}

TEST_F(AuditExtension, ADatabaseInMemoryIsJudgedAsSuch) {
  const AuditHost host(":memory:");
  host.run(kProduction);
  EXPECT_THAT(host.audit("production", "journal_mode"), verdict("skipped"));
  EXPECT_EQ(settings_with_verdict(host, "production", "pass").size(), 5U);
  // A temporary database has no name either, and no WAL to be had.
  const AuditHost temporary("");
  temporary.run(kProduction);
  EXPECT_THAT(temporary.audit("production", "journal_mode"), verdict("fail"));
}

// Of the journal modes, the file tells a connection that cannot write only whether it is WAL.
TEST_F(AuditExtension, AReadOnlyConnectionHasNoJournalModeButWal) {
  { AuditHost(path()).run("CREATE TABLE t(x)"); }
  const AuditHost host(path(), SQLITE_OPEN_READONLY);
  EXPECT_THAT(host.audit("default+journal_mode=TRUNCATE", "journal_mode"), verdict("skipped"));
  EXPECT_THAT(host.audit("production", "journal_mode"), verdict("fail"));
}

TEST_F(AuditExtension, AttachedDatabasesHaveSettingsOfTheirOwn) {
  const AuditHost host(path());
  host.run("ATTACH '" + directory_.file("more.db") + "' AS \"mo\"\"re\"");
  host.run("ATTACH ':memory:' AS memory");
  host.run(kProduction);  // journal_mode reaches every database, synchronous and cache_size main
  EXPECT_THAT(host.audit("production", "mo\"re.journal_mode"), verdict("pass"));
  EXPECT_THAT(host.audit("production", "memory.journal_mode"), verdict("skipped"));
  for (const std::string setting : {"synchronous", "cache_size"}) {
    EXPECT_THAT(host.audit("production", setting), verdict("pass"));
    const AuditRow row = host.audit("production", "mo\"re." + setting);
    EXPECT_THAT(row, verdict("fail"));
    host.run(row.at("repair").value_or(""));
    EXPECT_THAT(host.audit("production", "mo\"re." + setting), verdict("pass"));
  }
}

TEST_F(AuditExtension, AViewMayNotUseIt) {
  const AuditHost host(path());
  host.run("CREATE VIEW v AS SELECT * FROM pragmark_audit('production')");
  EXPECT_THAT([&] { (void)host.rows("SELECT * FROM v"); },
              ThrowsMessage<std::runtime_error>(HasSubstr("unsafe use of virtual table")));
}

}  // namespace
}  // namespace pragmark

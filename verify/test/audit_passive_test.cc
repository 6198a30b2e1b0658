// pragmark_audit looks and changes nothing: bytes, settings, transactions, cursors and hooks of the
// connection are after it what they were before.
#include <filesystem>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../../lib/test/temp_directory.h"
#include "audit_host.h"
#include "pragmark/pragma.h"

namespace pragmark {
namespace {

using ::testing::EndsWith;
using ::testing::Optional;

class AuditPassive : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return directory_.file("app.db"); }
  // Name -> bytes of every file but the -shm, whose lock marks every reader moves.
  [[nodiscard]] std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> bytes;
    for (const std::string& name : directory_.names()) {
      const bool shared_memory = name.ends_with("-shm");
      bytes[name] = shared_memory ? "" : read_bytes(directory_.file(name));
    }
    return bytes;
  }
  TempDirectory directory_;
};

std::vector<std::string> all_read_back(const AuditHost& host) {
  std::vector<std::string> values;
  for (const PragmaSpec& spec : pragma_table()) {
    values.push_back(read_back(host.db(), spec).value_or("(none)"));
  }
  return values;
}

std::vector<AuditRow> everything(const AuditHost& host) {
  return host.rows("SELECT * FROM pragmark_audit('production', 'counters')");
}

// Every setting has a value that is not SQLite's default, so that a reset would show.
TEST_F(AuditPassive, SettingsAndFilesStayAsTheyWere) {
  const AuditHost host(path());
  host.run("PRAGMA page_size = 8192; PRAGMA auto_vacuum = FULL");
  host.run(kProduction);
  host.run("CREATE TABLE t(x); INSERT INTO t VALUES(1)");
  host.run("PRAGMA mmap_size = 65536; PRAGMA wal_autocheckpoint = 3; PRAGMA journal_size_limit = 9;"
           "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = FAST;"
           "PRAGMA analysis_limit = 5; PRAGMA cache_spill = OFF; PRAGMA threads = 2;"
           "PRAGMA recursive_triggers = ON; PRAGMA automatic_index = OFF; PRAGMA fullfsync = ON;"
           "PRAGMA application_id = 77; PRAGMA synchronous = EXTRA");
  const auto files_before = files();
  const auto before = all_read_back(host);
  ASSERT_EQ(files_before.size(), 3U);
  for (int twice = 0; twice < 2; ++twice) EXPECT_FALSE(everything(host).empty());
  EXPECT_EQ(all_read_back(host), before);
  EXPECT_EQ(files(), files_before);
}

// Asked with any number but -1, each of these would be set.
TEST_F(AuditPassive, FlagsFileControlsAndCountersStayAsTheyWere) {
  constexpr int kFlags[] = {SQLITE_DBCONFIG_DEFENSIVE,       SQLITE_DBCONFIG_DQS_DML,
                            SQLITE_DBCONFIG_DQS_DDL,         SQLITE_DBCONFIG_ENABLE_TRIGGER,
                            SQLITE_DBCONFIG_ENABLE_VIEW,     SQLITE_DBCONFIG_ENABLE_FKEY,
                            SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE};
  const AuditHost host(path());
  host.run("CREATE TABLE t(x)");
  for (const int state : {0, 1}) {
    for (const int flag : kFlags) sqlite3_db_config(host.db(), flag, state, nullptr);
    for (const int control : {SQLITE_FCNTL_PERSIST_WAL, SQLITE_FCNTL_POWERSAFE_OVERWRITE}) {
      int set = state;
      ASSERT_EQ(sqlite3_file_control(host.db(), "main", control, &set), SQLITE_OK);
    }
    int writes = 0;
    int ignored = 0;
    sqlite3_db_status(host.db(), SQLITE_DBSTATUS_CACHE_WRITE, &writes, &ignored, 0);
    ASSERT_GT(writes, 0);

    EXPECT_FALSE(everything(host).empty());

    for (const int flag : kFlags) {
      int found = -1;
      sqlite3_db_config(host.db(), flag, -1, &found);
      EXPECT_EQ(found, state) << flag;
    }
    EXPECT_EQ(host.audit("default", "persist_wal").at("observed"), state == 1 ? "ON" : "OFF");
    EXPECT_EQ(host.audit("default", "powersafe_overwrite").at("observed"),
              state == 1 ? "ON" : "OFF");
    int writes_after = 0;
    sqlite3_db_status(host.db(), SQLITE_DBSTATUS_CACHE_WRITE, &writes_after, &ignored, 0);
    EXPECT_EQ(writes_after, writes);
  }
}

TEST_F(AuditPassive, ARollbackDatabaseAndAReadOnlyConnectionGetNoNewFile) {
  { AuditHost(path()).run("CREATE TABLE t(x); INSERT INTO t VALUES(1)"); }
  const auto before = files();
  for (const int flags : {SQLITE_OPEN_READWRITE, SQLITE_OPEN_READONLY}) {
    const AuditHost host(path(), flags);
    EXPECT_FALSE(everything(host).empty());
    EXPECT_EQ(files(), before);
  }
}

// The WAL-index is in the heap then; asking for it in shared memory would create that.
TEST_F(AuditPassive, ExclusiveLockingGetsNoSharedMemory) {
  const AuditHost host(path());
  host.run("PRAGMA locking_mode = EXCLUSIVE");
  host.run(kProduction);
  host.run("CREATE TABLE t(x)");
  EXPECT_FALSE(everything(host).empty());
  EXPECT_FALSE(std::filesystem::exists(path() + "-shm"));
}

TEST_F(AuditPassive, AWriteTransactionGoesOn) {
  const AuditHost host(path());
  host.run(kProduction);
  host.run(
      "CREATE TABLE t(x); BEGIN; INSERT INTO t VALUES(1); SAVEPOINT s; INSERT INTO t VALUES(2)");
  host.run("PRAGMA foreign_keys = OFF");  // a no-op, until the transaction ends
  EXPECT_FALSE(everything(host).empty());
  EXPECT_EQ(sqlite3_txn_state(host.db(), "main"), SQLITE_TXN_WRITE);
  EXPECT_EQ(host.audit("production", "foreign_keys").at("verdict"), "pass");
  EXPECT_THAT(host.audit("production+synchronous=OFF", "synchronous").at("repair"),
              Optional(EndsWith("-- after the end of the transaction")));
  host.run("ROLLBACK TO s; COMMIT");
  EXPECT_EQ(host.value("SELECT count(*) FROM t"), "1");
}

// A statement that reads its rows from the function, and writes, is a transaction of its own.
TEST_F(AuditPassive, AnInsertFromItIsOneTransaction) {
  const AuditHost host(path());
  host.run(kProduction);
  static int commits = 0;
  host.run("CREATE TABLE t AS SELECT * FROM pragmark_audit('production')");
  sqlite3_commit_hook(
      host.db(), [](void*) { return ++commits, 0; }, nullptr);
  host.run("INSERT INTO t SELECT * FROM pragmark_audit('production')");
  EXPECT_EQ(commits, 1);
  host.run("BEGIN; INSERT INTO t SELECT * FROM pragmark_audit('production'); ROLLBACK");
  EXPECT_EQ(commits, 1);
  EXPECT_EQ(host.value("SELECT count(*) % 2 FROM t"), "0");
}

TEST_F(AuditPassive, ACursorBetweenItsStepsGoesOn) {
  const AuditHost host(path());
  host.run(kProduction);
  host.run("CREATE TABLE t(x); INSERT INTO t VALUES(1), (2), (3)");
  sqlite3_stmt* cursor = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(host.db(), "SELECT x FROM t", -1, &cursor, nullptr), SQLITE_OK);
  for (int row = 1; row <= 3; ++row) {
    ASSERT_EQ(sqlite3_step(cursor), SQLITE_ROW);
    EXPECT_EQ(sqlite3_column_int(cursor, 0), row);
    EXPECT_FALSE(everything(host).empty());
    // Another connection's commit does not reach the snapshot of the cursor.
    AuditHost(path()).run("DELETE FROM t");
  }
  EXPECT_EQ(sqlite3_step(cursor), SQLITE_DONE);
  EXPECT_EQ(sqlite3_finalize(cursor), SQLITE_OK);
}

TEST_F(AuditPassive, HooksOfTheApplicationStayInstalled) {
  static int waits = 0;
  static int hooked = 0;
  const AuditHost host(path());
  host.run(kProduction);
  host.run("CREATE TABLE t(x)");
  sqlite3_busy_handler(
      host.db(), [](void*, int) { return ++waits, 0; }, nullptr);
  sqlite3_wal_hook(
      host.db(), [](void*, sqlite3*, const char*, int) { return ++hooked, SQLITE_OK; }, nullptr);
  EXPECT_FALSE(everything(host).empty());
  EXPECT_EQ(waits + hooked, 0);
  host.run("INSERT INTO t VALUES(1)");
  EXPECT_EQ(hooked, 1);
  const AuditHost writer(path());
  writer.run("BEGIN IMMEDIATE");
  EXPECT_THROW(host.run("INSERT INTO t VALUES(1)"), std::runtime_error);
  EXPECT_EQ(waits, 1);
}

TEST_F(AuditPassive, LoadedTwiceItAnswersTheSame) {
  AuditHost host(path());
  host.run(kProduction);
  const auto first = host.audit("production");
  host.load_extension();
  EXPECT_EQ(host.audit("production"), first);
}

// Between open and first use, the database is locked by another: the rows that need the file say
// so, and the query as a whole is that of any SELECT.
TEST_F(AuditPassive, ALockedDatabaseIsAnErrorOfTheQueryAndLeavesTheConnectionUsable) {
  const AuditHost owner(path());
  owner.run("PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE t(x)");
  const AuditHost host(path());
  EXPECT_THROW(everything(host), std::runtime_error);
  owner.run("PRAGMA locking_mode = NORMAL; SELECT 1 FROM t");
  EXPECT_FALSE(everything(host).empty());
}

}  // namespace
}  // namespace pragmark

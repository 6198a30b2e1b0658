#include "pragmark/pragma.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "matchers.h"
#include "pragmark/connection.h"
#include "temp_directory.h"

namespace pragmark {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Throws;

// A value of each setting that is not its default, so that "nothing happened" cannot pass.
const std::map<std::string_view, std::string> kOtherValues = {
    {"busy_timeout", "1234"},
    {"page_size", "8192"},
    {"auto_vacuum", "INCREMENTAL"},
    {"locking_mode", "EXCLUSIVE"},
    {"application_id", "77"},
    {"journal_mode", "WAL"},
    {"synchronous", "EXTRA"},
    {"cache_size", "-4321"},
    {"foreign_keys", "ON"},
    {"temp_store", "MEMORY"},
    {"mmap_size", "1048576"},
    {"wal_autocheckpoint", "17"},
    {"journal_size_limit", "4096"},
    {"cell_size_check", "ON"},
    {"trusted_schema", "OFF"},
    {"secure_delete", "FAST"},
    {"analysis_limit", "99"},
    {"cache_spill", "OFF"},
    {"threads", "2"},
    {"read_uncommitted", "ON"},
    {"recursive_triggers", "ON"},
    {"automatic_index", "OFF"},
    {"reverse_unordered_selects", "ON"},
    {"fullfsync", "ON"},
    {"checkpoint_fullfsync", "ON"},
    {"ignore_check_constraints", "ON"},
    {"legacy_alter_table", "ON"},
};

std::vector<Setting> all_other_values() {
  std::vector<Setting> settings;
  for (const auto& [name, value] : kOtherValues) settings.push_back(parse_setting(name, value));
  return settings;
}

TEST(PragmaTable, EveryRowHasATestValueThatIsNotItsDefault) {
  for (const PragmaSpec& spec : pragma_table()) {
    SCOPED_TRACE(spec.name);
    ASSERT_TRUE(kOtherValues.contains(spec.name));
    EXPECT_NE(kOtherValues.at(spec.name), spec.default_value);
    EXPECT_EQ(parse_setting(spec.name, spec.default_value).value, spec.default_value);
    EXPECT_FALSE(spec.consequence.empty());
  }
}

TEST(ApplySettings, EverySettingTakesHoldOnAFile) {
  const TempDirectory directory;
  Connection connection =
      Connection::open({.path = directory.file("a.db"), .kind = ConnectionKind::SchemaCreation});
  const std::vector<Setting> settings = all_other_values();
  apply_settings(connection.handle(), settings, ConnectionKind::SchemaCreation);
  connection.execute("CREATE TABLE t (x)");
  for (const AppliedSetting& applied :
       compare_settings(connection.handle(), settings, ConnectionKind::SchemaCreation)) {
    EXPECT_EQ(applied.outcome, Applied::InEffect)
        << applied.setting.to_sql() << " read back " << applied.read_back;
  }
}

TEST(ApplySettings, DoesNothingUnlessAsked) {
  const TempDirectory directory;  // a database in memory has locking_mode EXCLUSIVE
  const Connection connection =
      Connection::open({.path = directory.file("a.db"), .kind = ConnectionKind::SchemaCreation});
  for (const PragmaSpec& spec : pragma_table()) {
    const auto found = read_back(connection.handle(), spec);
    EXPECT_NE(found.value_or("nothing"), kOtherValues.at(spec.name)) << spec.name;
  }
}

TEST(ReadBack, AsksMainAndNotWhatDatabasesAttachedLaterGet) {
  const TempDirectory directory;
  Connection connection =
      Connection::open({.path = directory.file("a.db"), .kind = ConnectionKind::SchemaCreation});
  connection.execute("PRAGMA main.locking_mode = EXCLUSIVE");
  EXPECT_EQ(read_back(connection.handle(), *find_pragma("locking_mode")), "EXCLUSIVE");
}

// The order that undoes settings, as people write it: WAL first, and then what WAL forbids.
TEST(ApplySettings, PhasesRepairTheOrderInWhichSettingsAreWritten) {
  const TempDirectory directory;
  const std::vector<Setting> settings = {
      parse_setting("journal_mode", "WAL"), parse_setting("page_size", "16384"),
      parse_setting("auto_vacuum", "FULL"), parse_setting("application_id", "5"),
      parse_setting("busy_timeout", "100")};
  {
    Connection connection =
        Connection::open({.path = directory.file("a.db"), .kind = ConnectionKind::SchemaCreation});
    apply_settings(connection.handle(), settings, ConnectionKind::SchemaCreation);
    connection.execute("CREATE TABLE t (x)");
  }
  const std::string header = read_bytes(directory.file("a.db")).substr(0, 100);
  ASSERT_EQ(header.size(), 100U);
  EXPECT_EQ(header[16] * 256 + header[17], 16384) << "page size";
  EXPECT_EQ(header[18], 2) << "WAL";
  EXPECT_NE(header.substr(52, 4), std::string(4, '\0')) << "auto_vacuum";
}

TEST(CompareSettings, SeesWhatWasChangedBehindItsBack) {
  const TempDirectory directory;
  Connection connection =
      Connection::open({.path = directory.file("a.db"), .kind = ConnectionKind::SchemaCreation});
  const std::vector<Setting> settings = {parse_setting("synchronous", "FULL"),
                                         parse_setting("foreign_keys", "ON")};
  apply_settings(connection.handle(), settings, ConnectionKind::SchemaCreation);
  connection.execute("PRAGMA synchronous = OFF");
  const auto results =
      compare_settings(connection.handle(), settings, ConnectionKind::SchemaCreation);
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0].outcome, Applied::Differs);
  EXPECT_EQ(results[0].read_back, "OFF");
  EXPECT_FALSE(results[0].reason.empty());
  EXPECT_EQ(results[1].outcome, Applied::InEffect);
}

TEST(CompareSettings, AReadOnlyConnectionTellsWhetherTheFileIsInWalMode) {
  const TempDirectory directory;
  const std::string path = directory.file("a.db");
  Connection::open({.path = path, .kind = ConnectionKind::SchemaCreation})
      .execute("CREATE TABLE t (x)");
  Connection reader = Connection::open({.path = path, .kind = ConnectionKind::ReadOnly});
  const auto outcome = [&](const char* mode) {
    const std::vector<Setting> settings = {parse_setting("journal_mode", mode)};
    apply_settings(reader.handle(), settings, ConnectionKind::ReadOnly);
    return compare_settings(reader.handle(), settings, ConnectionKind::ReadOnly)[0].outcome;
  };
  EXPECT_EQ(outcome("DELETE"), Applied::InEffect);
  EXPECT_EQ(outcome("WAL"), Applied::Differs);
  EXPECT_EQ(outcome("TRUNCATE"), Applied::NotApplicable);
}

TEST(CompareSettings, AnInMemoryDatabaseSaysWhatHasNoMeaningThere) {
  Connection connection = Connection::open({.path = ":memory:", .kind = ConnectionKind::InMemory});
  const std::vector<Setting> settings = {parse_setting("journal_mode", "WAL"),
                                         parse_setting("mmap_size", "1000"),
                                         parse_setting("cache_size", "-555")};
  apply_settings(connection.handle(), settings, ConnectionKind::InMemory);
  const auto results = compare_settings(connection.handle(), settings, ConnectionKind::InMemory);
  EXPECT_EQ(results[0].outcome, Applied::NotApplicable);
  EXPECT_EQ(results[1].outcome, Applied::NotApplicable);
  EXPECT_EQ(results[2].outcome, Applied::InEffect);
}

struct SilentFailure {
  const char* name;
  const char* value;
  const char* explanation;  // part of the message: what SQLite would have heard
};

class SilentFailures : public ::testing::TestWithParam<SilentFailure> {};

TEST_P(SilentFailures, IsAnErrorThatSaysWhatSqliteWouldHaveHeard) {
  const SilentFailure& bad = GetParam();
  EXPECT_THAT([&] { (void)parse_setting(bad.name, bad.value); },
              Throws<Error>(AllOf(KindIs(ErrorKind::Usage), MessageHas(bad.explanation))));
}

INSTANTIATE_TEST_SUITE_P(
    All, SilentFailures,
    ::testing::Values(SilentFailure{"sychronous", "1", "did you mean synchronous?"},
                      SilentFailure{"jounal_mode", "WAL", "did you mean journal_mode?"},
                      SilentFailure{"foreign_key", "ON", "did you mean foreign_keys?"},
                      SilentFailure{"busy_timout", "5000", "did you mean busy_timeout?"},
                      SilentFailure{"no_such_thing_at_all", "1", "ignored it in silence"},
                      SilentFailure{"", "1", "an empty name"},
                      SilentFailure{"user_version", "3", "schema version"},
                      SilentFailure{"vacuum", "1", "ignored it in silence"},
                      SilentFailure{"optimize", "1", "not a setting"},
                      SilentFailure{"synchronous", "FLUL", "heard NORMAL"},
                      SilentFailure{"synchronous", "ON", "heard NORMAL"},
                      SilentFailure{"synchronous", "7", "SQLite would have heard"},
                      SilentFailure{"synchronous", "", "SQLite would have heard"},
                      SilentFailure{"cache_size", "64MB", "heard 64;"},
                      SilentFailure{"cache_size", "-20000000000", "heard 0;"},
                      SilentFailure{"cache_size", "1e4", "heard 1;"},
                      SilentFailure{"foreign_keys", "enable", "heard OFF"},
                      SilentFailure{"foreign_keys", "2", "heard ON"},
                      SilentFailure{"cell_size_check", "enabled", "heard OFF"},
                      SilentFailure{"page_size", "5000", "heard 4096"},
                      SilentFailure{"page_size", "256", "heard 4096"},
                      SilentFailure{"busy_timeout", "5s", "heard 5;"},
                      SilentFailure{"busy_timeout", "99999999999", "SQLite would have heard"},
                      SilentFailure{"busy_timeout", "-1", "SQLite would have heard"},
                      SilentFailure{"mmap_size", "256MB", "heard 256;"},
                      SilentFailure{"auto_vacuum", "ON", "heard NONE"},
                      SilentFailure{"temp_store", "3", "heard DEFAULT"},
                      SilentFailure{"journal_mode", "wal2", "unchanged"},
                      SilentFailure{"journal_mode", "w", "heard WAL"},
                      SilentFailure{"journal_mode", "", "heard DELETE"},
                      SilentFailure{"locking_mode", "EXCLUSIV", "unchanged"},
                      SilentFailure{"secure_delete", "fats", "heard OFF"},
                      SilentFailure{"cache_size", "1'; DROP TABLE x; --", "heard 1;"}));

TEST(ParseSetting, MakesValuesCanonical) {
  EXPECT_EQ(parse_setting("Journal_Mode", "wal").to_sql(), "PRAGMA journal_mode = WAL;");
  EXPECT_EQ(parse_setting("synchronous", "2").value, "FULL");
  EXPECT_EQ(parse_setting("foreign_keys", "yes").value, "ON");
  EXPECT_EQ(parse_setting("temp_store", "'memory'").value, "MEMORY");
  EXPECT_EQ(parse_setting("cache_size", " +100 ").value, "100");
  EXPECT_EQ(parse_setting("page_size", "65536").value, "65536");
}

TEST(ParsePragmaScript, ReadsStatementsAndComments) {
  const auto settings =
      parse_pragma_script("-- PRAGMA synchronous = OFF;\n/* PRAGMA cache_size = 1;\n */\n"
                          "pragma main.journal_mode(wal);\nPRAGMA busy_timeout\n = '5000' ;\n",
                          "x.sql");
  ASSERT_EQ(settings.size(), 2U);
  EXPECT_EQ(settings[0].to_sql(), "PRAGMA journal_mode = WAL;");
  EXPECT_EQ(settings[1].to_sql(), "PRAGMA busy_timeout = 5000;");
}

TEST(ParsePragmaScript, NamesTheLineOfWhatItCannotTake) {
  const auto reading = [](const char* sql) {
    return [sql] { (void)parse_pragma_script(sql, "x.sql"); };
  };
  EXPECT_THAT(reading("PRAGMA foreign_keys=ON;\n\nPRAGMA synchronus=1;"),
              Throws<Error>(MessageHas("x.sql:3: synchronus is no PRAGMA")));
  EXPECT_THAT(reading("\nDROP TABLE t;"), Throws<Error>(MessageHas("x.sql:2: only statements")));
  EXPECT_THAT(reading("PRAGMA cache_size;"), Throws<Error>(MessageHas("x.sql:1: only statements")));
  EXPECT_THAT(reading("PRAGMA cache_size(1;"),
              Throws<Error>(MessageHas("x.sql:1: a ) is missing")));
  EXPECT_THAT(reading("PRAGMA threads=1;\n/*\n*/ PRAGMA threads=2;"),
              Throws<Error>(MessageHas("x.sql:3: threads is set twice")));
}

}  // namespace
}  // namespace pragmark

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "library/advisories.h"
#include "library/library_checks.h"

namespace pragmark {
namespace {

using testing::HasSubstr;

SqliteLibrary library_of(const std::string& version) { return {version, "", {}}; }

// The ids of the bugs that a version has, with their verdicts.
std::string found(const std::string& version, const std::string& set,
                  Verdict wal_reset = Verdict::Skipped) {
  std::string text;
  for (const CheckResult& result :
       check_advisories(library_of(version), PragmaSet::parse(set), wal_reset)) {
    EXPECT_EQ(result.id, "B004");
    text += result.setting + ":" + std::string(to_string(result.verdict)) + " ";
  }
  return text;
}

TEST(ParseVersion, TakesWhatSqliteCallsItself) {
  EXPECT_EQ(parse_version("3.40.1"), (SqliteVersion{3, 40, 1}));
  EXPECT_EQ(parse_version("3.7.16.2"), (SqliteVersion{3, 7, 16, 2}));
  EXPECT_EQ(parse_version("3.53"), (SqliteVersion{3, 53, 0}));
  for (const char* wrong :
       {"", "3", "3.", "3.40.x", "3.40.1 ", "3.40.1-alt", "3.-4", "3.1.2.3.4"}) {
    EXPECT_FALSE(parse_version(wrong)) << wrong;
  }
}

TEST(ParseVersion, OrdersByNumberAndPrintsAsSqliteDoes) {
  EXPECT_LT(*parse_version("3.9.0"), *parse_version("3.40.1"));
  EXPECT_LT(*parse_version("3.7.16"), *parse_version("3.7.16.2"));
  EXPECT_EQ(to_string(*parse_version("3.7.16.2")), "3.7.16.2");
  EXPECT_EQ(to_string(*parse_version("3.53")), "3.53.0");
}

struct Row {
  std::string version;
  bool affected;
};

TEST(Affects, KnowsTheVersionsOfTheWalResetBugAndItsBackports) {
  const Row rows[] = {
      {"3.6.23", false}, {"3.7.0", true},   {"3.40.1", true},  {"3.44.5", true},  {"3.44.6", false},
      {"3.44.7", false}, {"3.45.0", true},  {"3.50.6", true},  {"3.50.7", false}, {"3.51.0", true},
      {"3.51.2", true},  {"3.51.3", false}, {"3.52.0", false}, {"3.53.0", false},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(affects(advisory(kWalResetAdvisory), *parse_version(row.version)), row.affected)
        << row.version;
  }
}

TEST(Affects, KnowsWhereTheOthersBeginAndEnd) {
  EXPECT_FALSE(affects(advisory("savepoint-in-memory"), {3, 34, 1}));
  EXPECT_TRUE(affects(advisory("savepoint-in-memory"), {3, 37, 1}));
  EXPECT_FALSE(affects(advisory("savepoint-in-memory"), {3, 37, 2}));
  EXPECT_TRUE(affects(advisory("auto-vacuum"), {3, 18, 0}));
  EXPECT_FALSE(affects(advisory("auto-vacuum"), {3, 18, 2}));
  EXPECT_TRUE(affects(advisory("auto-vacuum"), {3, 19, 2}));
  EXPECT_TRUE(affects(advisory("windows-crash-race"), {3, 7, 16, 1}));
  EXPECT_FALSE(affects(advisory("windows-crash-race"), {3, 7, 16, 2}));
}

TEST(Advisories, AreToldApartAndHaveASourceEach) {
  std::set<std::string_view> ids;
  for (const Advisory& known : advisories()) {
    EXPECT_TRUE(ids.insert(known.id).second) << known.id;
    EXPECT_TRUE(known.source.starts_with("https://www.sqlite.org/")) << known.id;
    EXPECT_LT(known.first, known.fixed) << known.id;
    EXPECT_FALSE(known.what.empty() || known.needs.empty()) << known.id;
  }
}

TEST(CheckAdvisories, WarnsOfWhatTheSetCanMeetAndNotesTheRest) {
  EXPECT_EQ(found("3.37.1", "production"),
            "wal-reset:warning application-page-cache:pass savepoint-in-memory:warning ");
  EXPECT_EQ(found("3.37.1", "default"),
            "wal-reset:pass application-page-cache:pass savepoint-in-memory:pass ");
  EXPECT_EQ(found("3.19.0", "default+auto_vacuum=FULL"),
            "wal-reset:pass application-page-cache:pass auto-vacuum:warning ");
  EXPECT_EQ(found("3.53.2", "production"), "advisories:pass ");
}

TEST(CheckAdvisories, LeavesTheWalResetBugToTheTrialWhereThereWasOne) {
  EXPECT_EQ(found("3.40.1", "production", Verdict::Pass), "wal-reset:skipped ");
  EXPECT_EQ(found("3.40.1", "production", Verdict::Warning), "wal-reset:skipped ");
  EXPECT_EQ(found("3.40.1", "production", Verdict::Skipped), "wal-reset:warning ");
  EXPECT_EQ(found("3.40.1", "production", Verdict::Unknown), "wal-reset:warning ");
}

TEST(CheckAdvisories, NamesTheVersionsWithTheFix) {
  const auto results =
      check_advisories(library_of("3.40.1"), PragmaSet::parse("production"), Verdict::Skipped);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_THAT(results[0].repair, HasSubstr("3.51.3 and newer, and 3.44.6, 3.50.7"));
  EXPECT_EQ(results[0].documentation, "https://www.sqlite.org/wal.html#walresetbug");
}

TEST(CheckAdvisories, CannotJudgeWhatIsNoVersion) {
  EXPECT_EQ(found("3.x", "production"), "advisories:warning ");
}

}  // namespace
}  // namespace pragmark

// That a benchmark logs the statements that its name says, and no others.
#include "pragmark/bench/statement_log.h"

#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness_fixture.h"
#include "pragmark/bench/command_line.h"
#include "pragmark/error.h"
#include "pragmark/store.h"

namespace pragmark {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class StatementLogTest : public HarnessTest {
 protected:
  [[nodiscard]] std::string log_path() const { return (scratch_.path() / "log").string(); }

  std::vector<std::string> lines() const {
    std::ifstream file(log_path());
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);) all.push_back(line);
    return all;
  }

  void use_a_store() const {
    Store store({.path = (scratch_.path() / "store.db").string(),
                 .set = PragmaSet::parse("production"),
                 .strategy = "per-thread"});
    store.insert(Topic{.id = "topic-7", .title = "what's new"});
    static_cast<void>(store.get_topic("topic-7"));
  }
};

TEST_F(StatementLogTest, HasEveryStatementWithItsParameters) {
  {
    StatementLog log(log_path());
    use_a_store();
    EXPECT_GT(log.statements(), 4);
  }
  const std::vector<std::string> all = lines();
  EXPECT_THAT(all, Contains(AllOf(StartsWith("INSERT INTO topics"), HasSubstr("'topic-7'"),
                                  HasSubstr("'what''s new'"))));
  EXPECT_THAT(all, Contains(AllOf(StartsWith("SELECT"), HasSubstr("'topic-7'"))));
  EXPECT_THAT(all, Contains("BEGIN IMMEDIATE"));
  EXPECT_THAT(all, Contains("COMMIT"));
}

TEST_F(StatementLogTest, EndsWithTheLog) {
  { StatementLog log(log_path()); }
  use_a_store();
  EXPECT_THAT(lines(), IsEmpty());
}

TEST_F(StatementLogTest, SaysWhichFileCannotBeMade) {
  try {
    StatementLog log("/nowhere/at/all");
    FAIL() << "made";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("/nowhere/at/all"));
    EXPECT_EQ(error.kind(), ErrorKind::Environment);
  }
}

// Every write of a repetition is in the log of its scratch directory, and there is none without.
TEST_F(StatementLogTest, IsAsTheConfigurationSays) {
  for (const auto logging : {StatementLogging::On, StatementLogging::Off}) {
    Configuration one = configuration("sequential_write", 1, 3);
    one.statement_logging = logging;
    std::filesystem::path directory;
    bool found = false;
    const Row row = run_with(one, [&](std::string_view name, const SubjectOptions& options) {
      directory = std::filesystem::path(options.path).parent_path();
      found = std::filesystem::exists(directory / kStatementLogFile);
      return make_subject(name, options);
    });
    EXPECT_FALSE(row.error_occurred) << row.error_message;
    EXPECT_EQ(found, logging == StatementLogging::On);
    EXPECT_FALSE(std::filesystem::exists(directory));
  }
}

TEST(StatementLoggingOnTheCommandLine, StandsInNamesWhereItIsOn) {
  BenchRequest request;
  request.workloads = {"sequential_read"};
  request.strategies = {"raw", "python-original"};
  request.statement_logging = {"off", "on"};
  std::vector<std::string> names;
  for (const Configuration& one : configurations_of(request)) names.push_back(one.name());
  EXPECT_THAT(names,
              ElementsAre("sequential_read/production/raw/rows:1000/payload:small",
                          "sequential_read/production/raw/rows:1000/payload:small/"
                          "statement_logging:on",
                          "sequential_read/production/python-original/rows:1000/payload:small"));
}

TEST(StatementLoggingOnTheCommandLine, IsLeftOutWhereClientsAreProcessesOfTheirOwn) {
  BenchRequest request;
  request.workloads = {"mixed"};
  request.strategies = {"per-thread"};
  request.processes = {1, 2};
  request.statement_logging = {"on"};
  std::vector<std::string> names;
  for (const Configuration& one : configurations_of(request)) names.push_back(one.name());
  EXPECT_THAT(names, ElementsAre(Not(HasSubstr("processes"))));
}

TEST(StatementLoggingOnTheCommandLine, RefusesWhatItDoesNotKnow) {
  BenchRequest request;
  request.statement_logging = {"yes"};
  try {
    static_cast<void>(configurations_of(request));
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("--statement-logging yes: it takes off, on or both"));
  }
}

}  // namespace
}  // namespace pragmark

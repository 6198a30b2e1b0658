// What every behaviour check relies on: layers, pretended sleep, sabotage, a second process.
#include "behaviour/experiment.h"

#include <csignal>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "behaviour/sabotage.h"
#include "behaviour/second_process.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark::behaviour {
namespace {

class ExperimentTest : public testing::Test {
 protected:
  [[nodiscard]] Configuration configuration(std::string_view set_name) const {
    const PragmaSet set = PragmaSet::parse(set_name);
    return {.claimed = set, .applied = set};
  }

  ScratchDirectory scratch_{testing::TempDir()};
};

TEST_F(ExperimentTest, AppliesTheSetAndReadsTheFirstConnectionBack) {
  Experiment experiment(configuration("production"), "cache_size", scratch_.path());
  EXPECT_FALSE(experiment.read_back());
  const Connection first = experiment.open();
  EXPECT_EQ(experiment.read_back(), "-20000");
  EXPECT_EQ(experiment.claim(), "-20000");
  EXPECT_EQ(experiment.claim("journal_mode"), "WAL");
  const Connection second =
      experiment.open_with(experiment.applied().with("cache_size", "1"), Patience::None);
  EXPECT_EQ(experiment.read_back(), "-20000");
}

TEST_F(ExperimentTest, ReadsBackWhatTamperingLeft) {
  Configuration tampered = configuration("production");
  tampered.tamper = [](Connection& connection) { sqlite3_busy_timeout(connection.handle(), 7); };
  Experiment experiment(tampered, "busy_timeout", scratch_.path());
  const Connection connection = experiment.open(Patience::OfTheSet);
  EXPECT_EQ(experiment.read_back(), "7");
}

// A minute passes at once, and is counted.
TEST_F(ExperimentTest, PretendsToSleep) {
  Experiment experiment(configuration("production+busy_timeout=60000"), "busy_timeout",
                        scratch_.path());
  Connection holder = experiment.open();
  holder.execute("BEGIN IMMEDIATE");
  Connection patient = experiment.open(Patience::OfTheSet);
  EXPECT_EQ(attempt(patient, "BEGIN IMMEDIATE"), SQLITE_BUSY);
  EXPECT_EQ(experiment.sleeps().milliseconds, 60000);
  Connection impatient = experiment.open();
  EXPECT_EQ(attempt(impatient, "BEGIN IMMEDIATE"), SQLITE_BUSY);
  EXPECT_EQ(experiment.sleeps().milliseconds, 60000);
}

TEST_F(ExperimentTest, CountsWhatReachesTheDiskBelowTheSabotage) {
  class Deaf : public SabotagedFile<Deaf> {
   public:
    using SabotagedFile::SabotagedFile;
    int sync(int /*flags*/) { return SQLITE_OK; }
  };
  for (const bool sabotaged : {false, true}) {
    const ScratchDirectory own(testing::TempDir());
    Configuration durable = configuration("durable");
    if (sabotaged) durable.sabotage = sabotage_by<Deaf>;
    Experiment experiment(durable, "synchronous", own.path());
    Connection connection = experiment.open();
    connection.execute("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
    EXPECT_EQ(experiment.counts().syncs() == 0, sabotaged);
    EXPECT_GT(experiment.counts().at(FileRole::Wal).writes, 0U);
  }
}

TEST_F(ExperimentTest, OpensByUriOnlyWhereToldTo) {
  Configuration read_only = configuration("default");
  {
    Experiment experiment(read_only, "synchronous", scratch_.path());
    experiment.open().execute("CREATE TABLE t(x)");
  }
  read_only.uri_query = "mode=ro";
  Experiment experiment(read_only, "synchronous", scratch_.path());
  Connection connection = experiment.open();
  EXPECT_EQ(attempt(connection, "INSERT INTO t VALUES (1)"), SQLITE_READONLY);
}

TEST(CodeName, IsThatOfSqliteWithItsNumber) {
  EXPECT_EQ(code_name(SQLITE_OK), "SQLITE_OK");
  EXPECT_EQ(code_name(SQLITE_BUSY_SNAPSHOT), "SQLITE_BUSY_SNAPSHOT (517)");
  EXPECT_EQ(code_name(9999), "code 9999");
}

TEST(FileBytes, IsZeroWhereThereIsNoFile) {
  const ScratchDirectory scratch(testing::TempDir());
  EXPECT_EQ(file_bytes(scratch.path() / "none"), 0);
}

TEST(SecondProcess, AnswersAndIsGoneWithItsOwner) {
  const SecondProcess second([](const Conversation& parent) {
    std::int64_t number = 0;
    while (parent.receive(number)) parent.send(number + 1);
  });
  std::int64_t answer = 0;
  for (const std::int64_t number : {1, 41}) {
    ASSERT_TRUE(second.conversation().send(number));
    ASSERT_TRUE(second.conversation().receive(answer));
    EXPECT_EQ(answer, number + 1);
  }
}

TEST(SecondProcess, ThatDiesEndsTheConversation) {
  for (const bool by_exception : {true, false}) {
    const SecondProcess second([&](const Conversation&) {
      if (by_exception) throw 1;
      std::raise(SIGKILL);
    });
    std::int64_t answer = 0;
    EXPECT_FALSE(second.conversation().receive(answer));
    // Nor does writing to it end this process.
    static_cast<void>(second.conversation().send(1));
  }
}

}  // namespace
}  // namespace pragmark::behaviour

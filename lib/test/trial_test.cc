#include "pragmark/trial.h"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temp_directory.h"

namespace pragmark {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TrialStep set(const std::string& name, const std::string& operand) {
  return {.action = TrialAction::Set, .name = name, .operand = operand};
}

struct Heard {
  const char* name;
  const char* operand;
  const char* after;
};

// The rows of the table of silent failures, as the linked library hears them.
TEST(Trial, SaysWhatSqliteHeard) {
  const TempDirectory directory;
  for (const Heard& heard : {
           Heard{"synchronous", "FLUL", "NORMAL"},
           Heard{"synchronous", "7", "OFF"},
           Heard{"auto_vacuum", "ON", "NONE"},
           Heard{"temp_store", "3", "DEFAULT"},
           Heard{"page_size", "4092", "4096"},
           Heard{"page_size", "8192", "8192"},
           Heard{"journal_mode", "wal2", "DELETE"},
           Heard{"journal_mode", "WAL", "WAL"},
           Heard{"cache_size", "'64MB'", "64"},
           Heard{"foreign_keys", "enable", "OFF"},
           Heard{"mmap_size", "1e9", "1"},
           Heard{"user_version", "0x10", "16"},
       }) {
    const TrialStep step = set(heard.name, heard.operand);
    const auto outcomes = try_steps(directory.file("trial.db"), {&step, 1});
    EXPECT_EQ(outcomes.at(0).after, heard.after) << heard.name << '=' << heard.operand;
    EXPECT_EQ(outcomes.at(0).error, "") << heard.name << '=' << heard.operand;
  }
}

TEST(Trial, TellsWhatOrderUndoes) {
  const TempDirectory directory;
  const std::vector<TrialStep> steps = {set("journal_mode", "WAL"), set("page_size", "16384")};
  EXPECT_EQ(try_steps(directory.file("trial.db"), steps).at(1).after, "4096");
}

TEST(Trial, ARefusedStepDoesNotEndIt) {
  const TempDirectory directory;
  const std::vector<TrialStep> steps = {
      {.action = TrialAction::Begin},  set("synchronous", "OFF"), set("foreign_keys", "ON"),
      {.action = TrialAction::Commit}, set("cache_size", "64MB"), set("busy_timeout", "5")};
  const auto outcomes = try_steps(directory.file("trial.db"), steps);
  EXPECT_THAT(outcomes.at(1).error, HasSubstr("inside a transaction"));
  EXPECT_EQ(outcomes.at(1).after, "FULL");
  EXPECT_EQ(outcomes.at(2).after, "OFF");
  EXPECT_THAT(outcomes.at(4).error, HasSubstr("64MB"));
  EXPECT_EQ(outcomes.at(5).after, "5");
}

TEST(Trial, AVacuumAppliesAPageSizeThatATableHadFixed) {
  const TempDirectory directory;
  const std::vector<TrialStep> steps = {{.action = TrialAction::CreateTable},
                                        set("page_size", "8192"),
                                        {.action = TrialAction::Vacuum}};
  const auto outcomes = try_steps(directory.file("trial.db"), steps);
  EXPECT_EQ(outcomes.at(1).after, "4096");
  EXPECT_EQ(outcomes.at(1).at_end, "8192");
}

TEST(Trial, LeavesNoFiles) {
  const TempDirectory directory;
  const TrialStep step = set("journal_mode", "WAL");
  static_cast<void>(try_steps(directory.file("trial.db"), {&step, 1}));
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(Trial, OnlyWhatTouchesTheDatabaseAloneIsTried) {
  EXPECT_TRUE(can_be_tried("Journal_Mode"));
  EXPECT_TRUE(can_be_tried("user_version"));
  for (const char* name : {"soft_heap_limit", "temp_store_directory", "wal_checkpoint",
                           "incremental_vacuum", "foreign_key", ""}) {
    EXPECT_FALSE(can_be_tried(name)) << name;
  }
}

TEST(Trial, AnOperandIsOneToken) {
  for (const char* operand : {"1", "-1", "+5", "WAL", "'64 MB'", "\"wal\"", "1.5", "0x10"}) {
    EXPECT_TRUE(is_one_operand(operand)) << operand;
  }
  for (const char* operand : {"", "-", "1; DROP", "a b", "'a'b'", "'a", "32*1024", "(1)", "%d"}) {
    EXPECT_FALSE(is_one_operand(operand)) << operand;
  }
}

TEST(Trial, KnowsTheNamesOfTheLinkedLibrary) {
  EXPECT_THAT(pragma_names(), Contains("journal_mode"));
  EXPECT_THAT(pragma_names(), Contains("table_info"));
  EXPECT_THAT(pragma_names(), Not(Contains("foreign_key")));
}

TEST(Trial, FindsTheNearestName) {
  const std::vector<std::string> names = pragma_names();
  const std::pair<const char*, const char*> slips[] = {
      {"foreign_key", "foreign_keys"}, {"sychronous", "synchronous"},
      {"jounal_mode", "journal_mode"}, {"busy_timout", "busy_timeout"},
      {"JOURNALMODE", "journal_mode"}, {"cahce_size", "cache_size"},
  };
  for (const auto& [written, meant] : slips) EXPECT_EQ(nearest_pragma(written, names), meant);
  for (const char* strange : {"", "key", "once", "message", "autonomous_transaction"}) {
    EXPECT_EQ(nearest_pragma(strange, names), std::nullopt) << strange;
  }
}

}  // namespace
}  // namespace pragmark

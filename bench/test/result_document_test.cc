#include "pragmark/bench/result_document.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pragmark {
namespace {

Environment disk() {
  Environment here;
  here.filesystem = "ext4";
  here.cpu_count = 2;
  here.cpu_quota.kind = Limit::Kind::None;
  here.load_average = 0.0;
  here.queue.rotational = "0";
  return here;
}

std::map<std::string, std::string> context_of(const Environment& here,
                                              std::optional<double> steal_percent) {
  const ContextEntries entries = context_entries(
      {.environment = here, .steal_percent = steal_percent, .seed = 1, .counting_vfs = true}, {});
  return {entries.begin(), entries.end()};
}

TEST(ContextEntries, GradeTheMachineWithoutAReason) {
  const auto context = context_of(disk(), 0.0);
  EXPECT_EQ(context.at("environment_grade"), "A");
  EXPECT_EQ(context.at("environment_reasons"), "");
}

// The environment was probed before the run; what counts is what other guests took from the run.
TEST(ContextEntries, GradeTheMachineByTheStealOfTheRun) {
  Environment probed = disk();
  probed.steal_percent = 50.0;
  EXPECT_EQ(context_of(probed, 0.0).at("environment_grade"), "A");
  const auto context = context_of(disk(), 2.5);
  EXPECT_EQ(context.at("environment_grade"), "C");
  EXPECT_THAT(context.at("environment_reasons"), testing::HasSubstr("2.5%"));
  EXPECT_EQ(context.at("steal_percent"), "2.50");
}

TEST(ContextEntries, DoNotTakeUnknownStealForNone) {
  EXPECT_EQ(context_of(disk(), std::nullopt).at("environment_grade"), "B");
}

TEST(ContextEntries, GiveEveryReason) {
  Environment here = disk();
  here.filesystem = "tmpfs";
  const auto context = context_of(here, 2.5);
  EXPECT_EQ(context.at("environment_grade"), "D");
  EXPECT_THAT(context.at("environment_reasons"),
              testing::MatchesRegex("tmpfs is memory.*; other guests .*"));
}

}  // namespace
}  // namespace pragmark

#include "pragmark/verify/set_diff.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pragmark {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

SetDiff diff_of(const std::string& a, const std::string& b) {
  return compare_sets(PragmaSet::parse(a), PragmaSet::parse(b));
}

const SettingDiff& row(const SetDiff& diff, const std::string& name) {
  const auto found = std::ranges::find_if(
      diff.settings, [&](const SettingDiff& setting) { return setting.spec->name == name; });
  EXPECT_NE(found, diff.settings.end()) << name;
  return *found;
}

TEST(CompareSets, ShowsWhatOneOfTheTwoSaysAndTheDefaultWhereTheOtherIsSilent) {
  const SetDiff diff = diff_of("production", "litestream");
  EXPECT_TRUE(row(diff, "journal_mode").same());
  EXPECT_FALSE(row(diff, "synchronous").same());
  EXPECT_EQ(row(diff, "synchronous").sides[0].origin, SideOfDiff::Origin::Set);
  EXPECT_EQ(row(diff, "synchronous").sides[1].origin, SideOfDiff::Origin::Default);
  EXPECT_EQ(row(diff, "synchronous").sides[1].value, "FULL");
  EXPECT_EQ(row(diff, "wal_autocheckpoint").sides[0].value, "1000");
  EXPECT_TRUE(std::ranges::none_of(
      diff.settings, [](const SettingDiff& setting) { return setting.spec->name == "page_size"; }));
}

TEST(CompareSets, KnowsWhatTheDriversBuildGives) {
  const SetDiff diff = diff_of("better-sqlite3", "better-sqlite3+synchronous=NORMAL");
  const SideOfDiff& built = row(diff, "synchronous").sides[0];
  EXPECT_EQ(built.origin, SideOfDiff::Origin::DriverOption);
  EXPECT_EQ(built.driver_option, "DEFAULT_WAL_SYNCHRONOUS=1");
  EXPECT_EQ(built.value, "NORMAL");
  EXPECT_EQ(built.without, "FULL");
  EXPECT_EQ(row(diff, "synchronous").sides[1].origin, SideOfDiff::Origin::Set);
  EXPECT_TRUE(row(diff, "synchronous").same());
}

TEST(CompareSets, HasNoDifferenceBetweenASetAndItself) {
  for (const SettingDiff& setting : diff_of("rails-8", "rails-7.1").settings) {
    EXPECT_TRUE(setting.same()) << setting.spec->name;
  }
}

TEST(SetDiffToText, MarksDifferencesDefaultsAndTheDriversBuild) {
  const std::string text = to_text(diff_of("rails-8", "better-sqlite3"));
  EXPECT_THAT(text, ContainsRegex("\n   durability +process-safe +process-safe\n"));
  EXPECT_THAT(text, ContainsRegex("\n   synchronous +NORMAL +NORMAL \\*\n"));
  EXPECT_THAT(text, ContainsRegex("\n!  mmap_size +134217728 \\(128 MiB\\) +\\[0\\]\n"));
  EXPECT_THAT(text, ContainsRegex("\n!  cache_size +2000 \\(pages, 7.812 MiB\\) +-16000 \\(15.62"));
  EXPECT_THAT(text, HasSubstr("  * synchronous=NORMAL by the driver's build option "
                              "DEFAULT_WAL_SYNCHRONOUS=1; FULL without it\n"));
  EXPECT_THAT(text, HasSubstr("  * durability process-safe; power-safe without the driver's build "
                              "options\n"));
  EXPECT_THAT(text, HasSubstr("  the driver is built with DEFAULT_WAL_SYNCHRONOUS=1: synchronous "
                              "where a set with journal_mode=WAL is silent\n"));
  EXPECT_THAT(text, HasSubstr("busy handler of its own"));
  for (const char c : text) EXPECT_TRUE(c == '\n' || c >= ' ');
}

TEST(SetDiffToText, SaysNothingOfADriverWhereThereIsNone) {
  EXPECT_THAT(to_text(diff_of("production", "durable")),
              AllOf(ContainsRegex("\n!  durability +process-safe +power-safe\n"),
                    Not(HasSubstr("driver's build option D"))));
}

TEST(SetDiffToJson, HasBothSidesOfEverySetting) {
  const auto json = nlohmann::json::parse(to_json(diff_of("pocketbase", "better-sqlite3")));
  EXPECT_EQ(json.at("schema"), "pragmark.sets-diff/1");
  EXPECT_EQ(json.at("/a/name"_json_pointer), "pocketbase");
  EXPECT_EQ(json.at("/b/durability"_json_pointer), "process-safe");
  EXPECT_EQ(json.at("/b/durability_without_driver_options"_json_pointer), "power-safe");
  for (const auto& setting : json.at("settings")) {
    EXPECT_EQ(setting.at("same"),
              setting.at("/a/value"_json_pointer) == setting.at("/b/value"_json_pointer));
    if (setting.at("name") != "synchronous") continue;
    EXPECT_EQ(setting.at("/a/origin"_json_pointer), "set");
    EXPECT_EQ(setting.at("/b/origin"_json_pointer), "driver-option");
    EXPECT_EQ(setting.at("/b/without"_json_pointer), "FULL");
  }
}

}  // namespace
}  // namespace pragmark

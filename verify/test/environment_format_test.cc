#include "pragmark/verify/environment_format.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pragmark {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Environment tmpfs() {
  return {.directory = "/dev/shm",
          .cpu_model = "cpu\x1b[31m",
          .cpu_count = 2,
          .memory_bytes = std::int64_t{8} << 30,
          .kernel = "Linux 6",
          .virtualization = "none",
          .filesystem = "tmpfs",
          .block_device = "tmpfs",
          .mount_options = "rw",
          .sync_latency = {.n = 10, .p50_us = 0.25, .p90_us = 1, .p99_us = 2, .max_us = 3},
          .cpus_online = 4,
          .cpu_quota = {.kind = Limit::Kind::Set, .value = 1.5},
          .memory_limit = {.kind = Limit::Kind::None},
          .load_average = 0.25,
          .clock_source = "tsc",
          .clock_read_ns = 25.5,
          .steal_percent = 0.0,
          .cpu_drift = Drift{.n = 9, .robust_cv_percent = 1.5, .last_to_first = 1.01},
          .seconds = 5};
}

Environment disk() {
  Environment here = tmpfs();
  here.filesystem = "ext4";
  here.sync_latency.p50_us = 250;
  here.cpu_quota.kind = Limit::Kind::None;
  here.queue.rotational = "0";
  return here;
}

TEST(EnvironmentText, BeginsWithTheAnswer) {
  EXPECT_THAT(to_text(tmpfs(), Colour::Never),
              StartsWith("Grade D: durability figures mean nothing here, because tmpfs is memory"));
  EXPECT_THAT(to_text(disk(), Colour::Never),
              StartsWith("Grade A: nothing was found that spoils figures from here\n"));
}

TEST(EnvironmentText, HasEveryReasonWithItsCapAndCode) {
  const std::string text = to_text(tmpfs(), Colour::Never);
  EXPECT_THAT(text, HasSubstr("\n  D  memory-filesystem  tmpfs is memory"));
  EXPECT_THAT(text.substr(0, text.find('\n')), testing::EndsWith("(and 1 more)"));
  EXPECT_THAT(text, HasSubstr("\n  C  cpu-quota          a control group allows 1.50 of 2"));
  EXPECT_THAT(to_text(disk(), Colour::Never), Not(HasSubstr("caps")));
}

TEST(EnvironmentText, LetsNoEscapeSequenceThroughButItsOwn) {
  EXPECT_THAT(to_text(tmpfs(), Colour::Never), Not(HasSubstr("\x1b")));
  EXPECT_THAT(to_text(tmpfs(), Colour::Always), StartsWith("\x1b[31mGrade D\x1b[0m: "));
}

TEST(EnvironmentJson, HasGradeReasonsAndFacts) {
  const Json json = Json::parse(to_json(tmpfs()));
  EXPECT_EQ(json["schema"], "pragmark.env/1");
  EXPECT_EQ(json["grade"], "D");
  ASSERT_EQ(json["reasons"].size(), 2U);
  EXPECT_EQ(json["reasons"][0]["code"], "memory-filesystem");
  EXPECT_EQ(json["reasons"][0]["cap"], "D");
  EXPECT_EQ(json["reasons"][1]["code"], "cpu-quota");
  EXPECT_EQ(json["cpu"]["quota"], 1.5);
  EXPECT_EQ(json["memory"]["limit_bytes"], "none");
  EXPECT_EQ(json["sync"]["p50_us"], 0.25);
  EXPECT_EQ(json["storage"]["queue"]["scheduler"], "unknown");
  EXPECT_EQ(json["drift"]["cpu"]["last_to_first"], 1.01);
  EXPECT_TRUE(json["drift"]["sync"].is_null());
}

TEST(EnvironmentJson, TellsUnknownFromNone) {
  Environment here = disk();
  here.cpu_quota = {};
  here.steal_percent.reset();
  here.load_average.reset();
  const Json json = Json::parse(to_json(here));
  EXPECT_EQ(json["cpu"]["quota"], "unknown");
  EXPECT_TRUE(json["steal_percent"].is_null());
  EXPECT_TRUE(json["cpu"]["load_average"].is_null());
  EXPECT_EQ(json["grade"], "B");
}

}  // namespace
}  // namespace pragmark

#include "pragmark/verify/report_format.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "pragmark/version.h"

namespace pragmark {
namespace {

using testing::HasSubstr;
using testing::Not;

CheckResult result_of(Verdict verdict, std::string setting) {
  CheckResult result;
  result.id = "V001";
  result.stage = "values";
  result.connection = "read-write";
  result.setting = std::move(setting);
  result.scope = "connection";
  result.claimed = "NORMAL";
  result.verdict = verdict;
  result.documentation = "https://www.sqlite.org/pragma.html";
  return result;
}

Report sample_report() {
  CheckResult passed = result_of(Verdict::Pass, "synchronous");
  passed.read_back = "NORMAL";
  CheckResult failed = result_of(Verdict::Fail, "cache_size");
  failed.read_back = "0";
  failed.reason = "a < b & \"c\"";
  failed.consequence = "reads are slow";
  failed.repair = "do this;";
  CheckResult unknown = result_of(Verdict::Unknown, "busy_timeout");
  unknown.reason = "disk I/O error";
  CheckResult skipped = result_of(Verdict::Skipped, "mmap_size");
  skipped.reason = "no file to map";
  CheckResult ineffective = result_of(Verdict::Ineffective, "temp_store");
  ineffective.observed = "1 file opened";
  return {.set = PragmaSet::parse("production"),
          .sqlite = {"3.99.0", "2099-01-01 abc", {"THREADSAFE=1"}},
          .environment = {.directory = "/data",
                          .cpu_model = "cpu",
                          .cpu_count = 2,
                          .memory_bytes = 1024,
                          .kernel = "Linux 6",
                          .virtualization = "kvm",
                          .filesystem = "ext4",
                          .block_device = "/dev/x",
                          .mount_options = "rw",
                          .sync_latency = {.n = 64, .p50_us = 250.5},
                          .filesystem_warnings = {"beware"}},
          .stages = {"values"},
          .results = {passed, failed, unknown, skipped, ineffective}};
}

TEST(ToJson, HasTheKeysOfTheSchema) {
  const auto json = nlohmann::ordered_json::parse(to_json(sample_report()));
  EXPECT_EQ(json.at("schema"), "pragmark.verify/1");
  EXPECT_EQ(json.at("verdict"), "fail");
  EXPECT_EQ(json.at("pragmark_version"), kVersion);
  EXPECT_EQ(json.at("/pragma_set/name"_json_pointer), "production");
  EXPECT_EQ(json.at("/pragma_set/durability"_json_pointer), "process-safe");
  EXPECT_EQ(json.at("/pragma_set/settings"_json_pointer).size(), 6U);
  EXPECT_EQ(json.at("/sqlite/version"_json_pointer), "3.99.0");
  EXPECT_EQ(json.at("/sqlite/compile_options/0"_json_pointer), "THREADSAFE=1");
  EXPECT_EQ(json.at("/environment/filesystem"_json_pointer), "ext4");
  EXPECT_EQ(json.at("/environment/fdatasync_us_p50"_json_pointer), 250.5);
  EXPECT_EQ(json.at("/environment/filesystem_warnings/0"_json_pointer), "beware");
  EXPECT_EQ(json.at("/environment/environment_grade"_json_pointer), "B");
  EXPECT_EQ(json.at("/environment/environment_reasons"_json_pointer),
            "it is not known what else was running (load average); it is not known how much time "
            "other guests took (steal); it is not known whether a control group limits the "
            "processors (CPU quota); nothing is known of the disk below /dev/x");
  EXPECT_TRUE(json.at("/environment/steal_percent"_json_pointer).is_null());
  EXPECT_EQ(json.at("stages").dump(), R"(["values"])");
}

TEST(ToJson, WritesEachCheckWhole) {
  const auto json = nlohmann::ordered_json::parse(to_json(sample_report()));
  ASSERT_EQ(json.at("checks").size(), 5U);
  EXPECT_EQ(json.at("checks")[1].dump(),
            R"({"id":"V001","stage":"values","connection":"read-write","setting":"cache_size",)"
            R"("scope":"connection","claimed":"NORMAL","read_back":"0","observed":null,)"
            R"("verdict":"fail","reason":"a < b & \"c\"","consequence":"reads are slow",)"
            R"("repair":"do this;","documentation":"https://www.sqlite.org/pragma.html"})");
  EXPECT_TRUE(json.at("/checks/2/read_back"_json_pointer).is_null());
  EXPECT_EQ(json.at("/checks/4/observed"_json_pointer), "1 file opened");
}

TEST(ToJunit, CountsAndEscapes) {
  const std::string xml = to_junit(sample_report());
  EXPECT_THAT(xml, HasSubstr(R"(<testsuite name="production" tests="5" failures="2" errors="1" )"
                             R"(skipped="1">)"));
  EXPECT_THAT(xml, HasSubstr(R"(<testcase classname="pragmark.values.read-write" )"
                             R"(name="V001 synchronous"/>)"));
  EXPECT_THAT(xml, HasSubstr(R"(<failure type="fail" )"));
  EXPECT_THAT(xml, HasSubstr(R"(<failure type="ineffective" )"));
  EXPECT_THAT(xml, HasSubstr(R"(<error type="unknown" message="disk I/O error">)"));
  EXPECT_THAT(xml, HasSubstr(R"(<skipped message="no file to map"/>)"));
  EXPECT_THAT(xml, HasSubstr("a &lt; b &amp; &quot;c&quot;"));
}

// A warning is neither a failure nor hidden; a pass may have something to say.
TEST(EveryFormat, ShowsWarningsAndNotes) {
  Report report = sample_report();
  report.results[1].verdict = Verdict::Warning;
  report.results[0].reason = "built with care";
  const std::string text = to_text(report, Colour::Always);
  EXPECT_THAT(text, HasSubstr("\x1b[33mwarning\x1b[0m"));
  EXPECT_THAT(text, HasSubstr("note: synchronous on read-write: built with care\n"));
  EXPECT_THAT(to_text(report, Colour::Never),
              HasSubstr("(1 pass, 1 ineffective, 1 warning, 1 unknown, 1 skipped)"));
  EXPECT_THAT(to_text(report, Colour::Never), HasSubstr("warning V001: cache_size on read-write"));
  const auto json = nlohmann::ordered_json::parse(to_json(report));
  EXPECT_EQ(json.at("/checks/1/verdict"_json_pointer), "warning");
  EXPECT_EQ(json.at("strict"), false);
  const std::string xml = to_junit(report);
  EXPECT_THAT(xml, HasSubstr(R"(failures="1" errors="1" skipped="1")"));
  EXPECT_THAT(xml, HasSubstr("<system-out>warning: a &lt; b &amp; &quot;c&quot;"));
}

// Escapes would reach a terminal, and an XML reader refuses the whole file.
TEST(EveryFormat, LetsNoControlCharacterThrough) {
  Report report = sample_report();
  report.results[1].reason = "red \x1b[31m, null-ish \x01, latin-1 \xe9, bell \a";
  report.environment.directory = "/data/\x1b]0;title\a";
  for (const std::string& text :
       {to_text(report, Colour::Never), to_json(report), to_junit(report)}) {
    for (const char control : {'\x1b', '\x01', '\a', '\xe9'}) {
      EXPECT_EQ(text.find(control), std::string::npos) << static_cast<int>(control) << text;
    }
  }
}

TEST(ToText, ShowsWhatIsAtStakeAndTheRepairOfEachBadResult) {
  const std::string text = to_text(sample_report(), Colour::Never);
  EXPECT_THAT(text, HasSubstr("fail V001: cache_size on read-write, claimed NORMAL, read back 0\n"
                              "  reason    a < b & \"c\"\n"
                              "  at stake  reads are slow\n"
                              "  repair    do this;\n"));
  EXPECT_THAT(text, HasSubstr("unknown V001: busy_timeout"));
  EXPECT_THAT(text, HasSubstr("skipped: mmap_size on read-write: no file to map\n"));
  EXPECT_THAT(text, HasSubstr("warning: beware\n"));
  EXPECT_THAT(text,
              HasSubstr("verdict: fail (1 pass, 1 fail, 1 ineffective, 1 unknown, 1 skipped)"));
}

TEST(ToText, AlignsItsColumns) {
  const std::string text = to_text(sample_report(), Colour::Never);
  const std::size_t table = text.find("check  ");
  const std::size_t heading_column = text.find("verdict", table) - table;
  const std::size_t row = text.find("V001   read-write  cache_size");
  ASSERT_NE(row, std::string::npos);
  EXPECT_EQ(text.find("fail", row) - row, heading_column);
}

TEST(ToText, HasColourOnlyWhenAsked) {
  EXPECT_THAT(to_text(sample_report(), Colour::Never), Not(HasSubstr("\x1b")));
  EXPECT_THAT(to_text(sample_report(), Colour::Always), HasSubstr("\x1b[31mfail\x1b[0m"));
  EXPECT_THAT(to_text(sample_report(), Colour::Always), HasSubstr("\x1b[32mpass\x1b[0m"));
}

TEST(Printable, KeepsTextAndNothingElse) {
  const std::vector<std::pair<std::string_view, std::string_view>> table = {
      {"plain\ttext\n", "plain\ttext\n"},
      {"Zürich 東京 🎉", "Zürich 東京 🎉"},
      {"a\x1b[0m\x7f\r", "a[0m"},
      {"c1 \xc2\x9b.", "c1 ."},
      {"latin \xe9.", "latin \xef\xbf\xbd."},
      {"cut \xe2\x82", "cut \xef\xbf\xbd\xef\xbf\xbd"},
      {"overlong \xc0\xaf.", "overlong \xef\xbf\xbd\xef\xbf\xbd."},
      {"surrogate \xed\xa0\x80.", "surrogate \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd."},
      {"fffe \xef\xbf\xbe.", "fffe \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd."},
      {"beyond \xf4\x90\x80\x80", "beyond \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
  };
  for (const auto& [text, clean] : table) EXPECT_EQ(printable(text), clean);
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "ab");
}

}  // namespace
}  // namespace pragmark

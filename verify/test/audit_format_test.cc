#include "pragmark/verify/audit_format.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pragmark {
namespace {

using testing::HasSubstr;
using testing::Not;

AuditReport small_report() {
  AuditReport report;
  report.path = "/data/app.db";
  report.header.pages = 3;
  report.header.page_size_bytes = 4096;
  report.integrity_check = "quick_check";
  report.integrity = "ok";
  report.tables = {{.name = "all", .rows = 7, .rows_exact = true},
                   {.name = "some", .rows = 9, .rows_exact = false},
                   {.name = "elsewhere", .is_virtual = true}};
  report.findings = {{.id = "A501",
                      .severity = Severity::Error,
                      .subject = "x\x1b[2J",
                      .message = "broken \xff name",
                      .evidence = {"1", "2", "3", "4", "5", "sixth", "seventh"},
                      .consequence = "c",
                      .repair = "VACUUM;",
                      .documentation = "https://www.sqlite.org/"}};
  return report;
}

TEST(AuditText, SaysWhereACountStoppedAndWhatIsLeftOut) {
  const std::string text = to_text(small_report(), Colour::Never);
  EXPECT_THAT(text, HasSubstr(" 7 rows"));
  EXPECT_THAT(text, HasSubstr("at least 9 rows"));
  EXPECT_THAT(text, HasSubstr("virtual"));
  EXPECT_THAT(text, HasSubstr("2 more lines"));
  EXPECT_THAT(text, Not(HasSubstr("sixth")));
  EXPECT_THAT(text, HasSubstr("verdict: fail (1 error)"));
  EXPECT_THAT(text, HasSubstr("busy_timeout=0")) << "not kept in the file";
}

TEST(AuditText, LetsNoControlCharacterThrough) {
  EXPECT_THAT(to_text(small_report(), Colour::Never), Not(HasSubstr("\x1b")));
  EXPECT_THAT(to_text(small_report(), Colour::Always), Not(HasSubstr("\x1b[2J")));
}

TEST(AuditText, ListsWhatASetAsksOfTheFileAndOfConnections) {
  AuditReport report = small_report();
  report.set = PragmaSet::parse("production");
  report.settings = {{.name = "journal_mode", .asked = "WAL", .scope = "file", .stored = "DELETE"},
                     {.name = "busy_timeout",
                      .asked = "1",
                      .scope = "connection",
                      .statement = "PRAGMA busy_timeout = 1;"}};
  const std::string text = to_text(report, Colour::Never);
  EXPECT_THAT(text, HasSubstr("asked WAL, stored DELETE: differs"));
  EXPECT_THAT(text, HasSubstr("\n  PRAGMA busy_timeout = 1;\n"));
}

TEST(AuditJson, IsValidAndHasNullForWhatIsNotKnown) {
  const auto json = nlohmann::json::parse(to_json(small_report()));
  EXPECT_EQ(json["schema"], "pragmark.audit/1");
  EXPECT_EQ(json["verdict"], "fail");
  EXPECT_EQ(json["findings"][0]["evidence"].size(), 7U);
  EXPECT_EQ(json["findings"][0]["severity"], "error");
  EXPECT_TRUE(json["journal"]["wal_frames_checkpointed"].is_null());
  EXPECT_TRUE(json["environment"]["fdatasync_us_p50"].is_null());
  EXPECT_TRUE(json["pragma_set"].is_null());
  EXPECT_TRUE(json["tables"][2]["rows"].is_null());
  EXPECT_FALSE(json["tables"][1]["rows_exact"].get<bool>());
  for (const auto& setting : json["connection_settings"]) EXPECT_NE(setting["name"], "page_size");
}

}  // namespace
}  // namespace pragmark

// Findings: their text, the smallest set of losses, what may be replayed.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crash/explorer_parts.h"
#include "crash/finding.h"
#include "crash/minimise.h"
#include "crash/recording.h"
#include "crash_runs.h"
#include "pragmark/error.h"

namespace pragmark {
namespace {

using ::testing::HasSubstr;

TEST(FindingTest, AOfAnotherRecordingIsRefused) {
  CrashOptions options{.models = {"drop-unsynced"}, .seed = 1};
  const CrashSetResult found = run(set_of("WAL", "NORMAL"), options);
  ASSERT_FALSE(found.findings.empty());
  options.replay = found.findings.front().text;
  options.seed = 2;
  try {
    static_cast<void>(run(set_of("WAL", "NORMAL"), options));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Usage);
    EXPECT_THAT(error.what(), HasSubstr("another one"));
  }
}

TEST(FindingTest, ThatWasTypedIsRefusedWhereItNamesWhatIsNotThere) {
  CrashOptions options{.models = {"lying-disk"}};
  const CrashSetResult found = run(set_of("WAL", "FULL"), options);
  ASSERT_FALSE(found.findings.empty());
  const crash::FindingText good = crash::parse_finding(found.findings.front().text);
  const auto refused = [&](auto change) {
    crash::FindingText changed = good;
    change(changed);
    options.replay = changed.text();
    try {
      static_cast<void>(run(set_of("WAL", "FULL"), options));
    } catch (const Error& error) {
      return error.kind() == ErrorKind::Usage;
    }
    return false;
  };
  EXPECT_FALSE(refused([](crash::FindingText&) {}));
  EXPECT_TRUE(refused([](crash::FindingText& text) { text.sync = 99'999'999; }));
  EXPECT_TRUE(refused([](crash::FindingText& text) { text.sync.reset(); }));
  EXPECT_TRUE(refused([](crash::FindingText& text) { text.sync = 0; })) << "that is no sync";
  EXPECT_TRUE(refused([](crash::FindingText& text) { text.point = 99'999'999; }));
  EXPECT_TRUE(refused([](crash::FindingText& text) { text.losses = {{.operation = 99'999'999}}; }));
}

// Smaller than what was drawn, but nothing that its model rules out.
TEST(FindingTest, IsAStateThatItsModelMayLeave) {
  const PragmaSet set = set_of("DELETE", "OFF");
  const CrashSetResult found = run(set, {.models = {"ordered-prefix", "subset-torn"}});
  ASSERT_FALSE(found.findings.empty());
  const auto workload =
      crash::make_workload("transfers", {.set = set, .transactions = kTransactions});
  const crash::OperationLog log = crash::record(*workload, {});
  for (const CrashFinding& finding : found.findings) {
    const crash::FindingText text = crash::parse_finding(finding.text);
    crash::CrashPoint at(log, {});
    at.advance_to(text.point);
    EXPECT_TRUE(admissible(at, text.losses, log, text.model)) << finding.text;
  }
}

TEST(FindingTest, TextGoesThereAndBack) {
  const std::string text = "transfers/subset-garbage@412:401,405.2-5,409.1g,410g~00ff";
  const crash::FindingText parsed = crash::parse_finding(text);
  EXPECT_EQ(parsed.point, 412U);
  EXPECT_EQ(parsed.losses.size(), 7U);
  EXPECT_EQ(parsed.text(), text);
  EXPECT_EQ(crash::parse_finding("spill/lying-disk@9#3:~1").sync, 3U);
}

TEST(MinimiseTest, LeavesTheLossesThatMatter) {
  std::vector<crash::Loss> losses;
  for (std::uint32_t i = 0; i < 50; ++i) losses.push_back({.operation = i});
  const auto has = [](const std::vector<crash::Loss>& some, std::uint32_t operation) {
    return std::ranges::find(some, operation, &crash::Loss::operation) != some.end();
  };
  const auto small = crash::minimise(
      losses, [&](const std::vector<crash::Loss>& some) { return has(some, 7) && has(some, 33); });
  EXPECT_EQ(small, (std::vector<crash::Loss>{{.operation = 7}, {.operation = 33}}));
}

}  // namespace
}  // namespace pragmark

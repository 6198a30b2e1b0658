// The experiment as a whole: documented outcomes come out, negative controls are found, the same
// seed finds the same, a finding replays. Counts only.
#include "pragmark/verify/crash.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "crash_runs.h"
#include "pragmark/error.h"

namespace pragmark {
namespace {

using ::testing::HasSubstr;

std::size_t damaged(const CrashSetResult& result, bool power) {
  std::size_t sum = 0;
  for (const CrashWorkload& workload : result.workloads) {
    for (const ModelCounts& counts : workload.models) {
      if (counts.promised && counts.power == power) sum += counts.damaged();
    }
  }
  return sum;
}

struct Documented {
  const char* journal;
  const char* synchronous;
  DurabilityClass measured;
};

class DocumentedMatrix : public testing::TestWithParam<Documented> {};

// What has to come out on any SQLite. DELETE/NORMAL is not here: its window is small.
INSTANTIATE_TEST_SUITE_P(Cells, DocumentedMatrix,
                         testing::Values(Documented{"DELETE", "OFF", DurabilityClass::Unsafe},
                                         Documented{"DELETE", "FULL", DurabilityClass::ProcessSafe},
                                         Documented{"DELETE", "EXTRA", DurabilityClass::PowerSafe},
                                         Documented{"TRUNCATE", "FULL", DurabilityClass::PowerSafe},
                                         Documented{"PERSIST", "FULL", DurabilityClass::PowerSafe},
                                         Documented{"MEMORY", "FULL", DurabilityClass::Unsafe},
                                         Documented{"OFF", "FULL", DurabilityClass::Unsafe},
                                         Documented{"WAL", "OFF", DurabilityClass::Unsafe},
                                         Documented{"WAL", "NORMAL", DurabilityClass::ProcessSafe},
                                         Documented{"WAL", "FULL", DurabilityClass::PowerSafe}),
                         [](const auto& test) {
                           return std::string(test.param.journal) + test.param.synchronous;
                         });

TEST_P(DocumentedMatrix, ComesOut) {
  const CrashSetResult result = run(set_of(GetParam().journal, GetParam().synchronous));
  EXPECT_EQ(result.measured(), GetParam().measured);
  EXPECT_EQ(result.verdict(), Verdict::Pass);
  EXPECT_EQ(difference_from(documented_expectation(result.set), result).find("WORSE"),
            std::string::npos);
  EXPECT_GT(result.images(), kImages / 2);
}

TEST(CrashTest, OnlyAKilledProcessIsEnoughToDamageWithoutAJournal) {
  const CrashOptions killed{.models = {"process-kill"}, .images = 200, .transactions = 10};
  EXPECT_GT(damaged(run(set_of("OFF", "FULL"), killed), false), 0U);
  EXPECT_GT(damaged(run(set_of("MEMORY", "FULL"), killed), false), 0U);
  EXPECT_EQ(damaged(run(set_of("DELETE", "OFF"), killed), false), 0U);
  EXPECT_EQ(damaged(run(set_of("WAL", "OFF"), killed), false), 0U);
}

// What was not tried is not found: neither in words nor as a class.
TEST(CrashTest, WithoutAPowerCutNothingIsCalledPowerSafe) {
  CrashReport report = run_crash({.sets = {set_of("WAL", "FULL")},
                                  .models = {"process-kill", "lying-disk"},
                                  .workloads = {"transfers"},
                                  .images = 100,
                                  .transactions = 10,
                                  .exposure = true});
  const CrashSetResult& result = report.sets.front();
  EXPECT_EQ(result.measured(), std::nullopt);
  EXPECT_EQ(result.verdict(), Verdict::Unknown) << "nothing contradicts the promise";
  EXPECT_FALSE(result.exposure);
  EXPECT_THAT(to_text(report, CrashDetail::Brief), HasSubstr("not tried: a power cut"));
}

TEST(CrashTest, TextSumsWorkloadsUnlessAllIsAskedFor) {
  const CrashReport report = run_crash({.sets = {set_of("WAL", "NORMAL")},
                                        .models = {"drop-unsynced"},
                                        .workloads = {"transfers", "vacuum"},
                                        .images = 100,
                                        .transactions = 10});
  const auto lines_with = [](const std::string& text, std::string_view word) {
    std::size_t count = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      ++count;
    }
    return count;
  };
  EXPECT_EQ(report.sets.front().by_model().front().images, 100U);
  const std::string brief = to_text(report, CrashDetail::Brief);
  const std::string full = to_text(report, CrashDetail::Full);
  EXPECT_EQ(lines_with(brief, "replay: "), 1U);
  EXPECT_THAT(brief, HasSubstr("1 more of these kinds: --verbose"));
  EXPECT_EQ(lines_with(full, "replay: "), 2U);
  EXPECT_EQ(lines_with(full, "max lost"), 2U) << "a table for each workload";
}

TEST(CrashTest, SeesWhatIntegrityCheckAloneWouldMiss) {
  const CrashSetResult result = run(set_of("OFF", "FULL"), {.models = {"process-kill"}});
  EXPECT_GT(result.workloads.front().models.front().inconsistent, 0U);
}

TEST(CrashTest, WalNormalLosesWhatWasAcknowledgedSinceTheCheckpoint) {
  const CrashSetResult result = run(set_of("WAL", "NORMAL"), {.models = {"drop-unsynced"}});
  const ModelCounts& counts = result.workloads.front().models.front();
  EXPECT_EQ(counts.max_lost, 10) << "the workload checkpoints every 10 transactions";
  EXPECT_EQ(counts.damaged(), 0U);
}

class NegativeControl : public testing::TestWithParam<CrashSabotage> {};

INSTANTIATE_TEST_SUITE_P(All, NegativeControl,
                         testing::Values(CrashSabotage::SwallowSyncs,
                                         CrashSabotage::ReorderAcrossSync,
                                         CrashSabotage::AcknowledgeEarly));

// A set that is power-safe until somebody breaks what it stands on.
TEST_P(NegativeControl, IsFoundWithAFindingThatReplays) {
  const PragmaSet set = set_of("DELETE", "EXTRA");
  CrashOptions options{.sabotage = GetParam()};
  const CrashSetResult found = run(set, options);
  EXPECT_EQ(found.verdict(), Verdict::Fail);
  ASSERT_FALSE(found.findings.empty());
  for (const CrashFinding& finding : found.findings) {
    options.replay = finding.text;
    const CrashSetResult again = run(set, options);
    ASSERT_EQ(again.findings.size(), 1U) << finding.text;
    EXPECT_EQ(again.findings.front().kind, finding.kind) << finding.text;
    EXPECT_EQ(again.findings.front().message, finding.message);
    EXPECT_EQ(again.findings.front().text, finding.text) << "it is the smallest already";
  }
}

TEST(CrashTest, TheSameSeedFindsTheSameAndAnotherSeedRecordsAnother) {
  const auto findings = [](const CrashSetResult& result) {
    std::vector<std::string> texts;
    for (const CrashFinding& finding : result.findings) texts.push_back(finding.text);
    return texts;
  };
  const CrashOptions five{.images = 150, .seed = 5, .transactions = 10};
  const CrashSetResult first = run(set_of("WAL", "OFF"), five);
  const CrashSetResult second = run(set_of("WAL", "OFF"), five);
  EXPECT_FALSE(first.findings.empty());
  EXPECT_EQ(findings(first), findings(second));
  EXPECT_EQ(first.distinct(), second.distinct());
  const CrashSetResult other =
      run(set_of("WAL", "OFF"),
          {.models = {"process-kill"}, .images = 1, .seed = 6, .transactions = 10});
  EXPECT_NE(first.workloads.front().digest, other.workloads.front().digest);
}

TEST(CrashTest, RefusesUnknownModelsWorkloadsAndFindings) {
  for (const CrashOptions& options :
       {CrashOptions{.models = {"kill"}}, CrashOptions{.workloads = {"bank"}},
        CrashOptions{.replay = "transfers/subset-torn"},
        CrashOptions{.replay = "transfers/subset-torn@5:1.9-3~0"}}) {
    try {
      static_cast<void>(run(set_of("WAL", "NORMAL"), options));
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::Usage) << error.what();
    }
  }
}

TEST(CrashTest, TheBoundOfNothingFoundIsExact) {
  EXPECT_NEAR(upper_bound_of_zero(10'000), 0.00029953, 1e-8);
  EXPECT_NEAR(upper_bound_of_zero(1), 0.95, 1e-12);
  EXPECT_EQ(upper_bound_of_zero(0), 1.0);
}

TEST(CrashTest, JsonSaysWhatWasCounted) {
  CrashReport report = run_crash({.sets = {set_of("WAL", "FULL")},
                                  .models = {"drop-unsynced", "process-kill"},
                                  .workloads = {"transfers"},
                                  .images = 100,
                                  .transactions = 10});
  const auto json = nlohmann::json::parse(to_json(report));
  EXPECT_EQ(json["schema"], "pragmark.crash/1");
  const auto& model = json["sets"][0]["workloads"][0]["models"][0];
  const ModelCounts& counts = report.sets.front().workloads.front().models.front();
  EXPECT_EQ(model["images"], counts.images);
  EXPECT_NEAR(model["damage_upper_bound_95"].get<double>(), upper_bound_of_zero(counts.distinct),
              1e-12);
  EXPECT_THAT(to_text(report, CrashDetail::Brief),
              HasSubstr("nothing worse than power-safe was found"));
}

// The bound of a set is that of different images: what two models make alike is one trial.
TEST(CrashTest, AnImageOfSeveralModelsCountsOnce) {
  const CrashSetResult result =
      run(set_of("WAL", "FULL"), {.models = {"drop-unsynced", "ordered-prefix"}});
  std::size_t sum = 0;
  std::size_t most = 0;
  for (const ModelCounts& counts : result.by_model()) {
    sum += counts.distinct;
    most = std::max(most, counts.distinct);
  }
  EXPECT_LT(result.deciding(true).distinct, sum);
  EXPECT_GE(result.deciding(true).distinct, most);
  EXPECT_EQ(result.distinct(), result.deciding(true).distinct);
}

TEST(CrashTest, EveryBoundaryIsACrashPointWhereTheImagesGoFarEnough) {
  constexpr std::size_t kAsked = 600;
  const CrashSetResult result =
      run(set_of("WAL", "NORMAL"), {.images = kAsked, .transactions = 10});
  const CrashWorkload& workload = result.workloads.front();
  ASSERT_GT(workload.operations, kAsked / workload.models.size()) << "an even share would do";
  for (const ModelCounts& counts : workload.models) {
    if (counts.model != "process-kill" && counts.model != "drop-unsynced") continue;
    EXPECT_EQ(counts.points, workload.operations + 1) << counts.model;
  }
}

}  // namespace
}  // namespace pragmark

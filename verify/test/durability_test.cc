// Stage durability: what a result of the experiment says to each of its four questions.
#include "pragmark/verify/durability.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crash_runs.h"

namespace pragmark {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<Verdict> verdicts_of(const std::vector<CheckResult>& checks) {
  std::vector<Verdict> verdicts;
  for (const CheckResult& each : checks) verdicts.push_back(each.verdict);
  return verdicts;
}

TEST(DurabilityChecks, PassWhereNothingIsWorseThanDocumented) {
  const std::vector<CheckResult> checks = durability_checks(run(set_of("WAL", "NORMAL")));
  EXPECT_THAT(verdicts_of(checks),
              ElementsAre(Verdict::Pass, Verdict::Pass, Verdict::Pass, Verdict::Pass));
  EXPECT_THAT(*checks[2].observed, HasSubstr("(at most "));
  EXPECT_EQ(checks[3].claimed, "possible");
}

TEST(DurabilityChecks, FailWithWhatReplaysTheFinding) {
  const CrashSetResult broken =
      run(set_of("WAL", "FULL"), {.sabotage = CrashSabotage::AcknowledgeEarly});
  const std::vector<CheckResult> checks = durability_checks(broken);
  EXPECT_THAT(verdicts_of(checks),
              ElementsAre(Verdict::Pass, Verdict::Fail, Verdict::Pass, Verdict::Fail));
  EXPECT_THAT(checks[3].reason, HasSubstr("; pragmark crash --pragmas "));
}

TEST(DurabilityChecks, AreUnknownOfWhatWasNotTried) {
  const CrashSetResult killed = run(set_of("WAL", "FULL"), {.models = {"process-kill"}});
  EXPECT_THAT(verdicts_of(durability_checks(killed)),
              ElementsAre(Verdict::Pass, Verdict::Pass, Verdict::Unknown, Verdict::Unknown));
}

// What a model outside the promise finds is no reason.
TEST(DurabilityChecks, GiveTheReasonOfAModelThatDecides) {
  CrashSetResult result = run(set_of("WAL", "FULL"), {.images = 90, .transactions = 5});
  CrashWorkload& workload = result.workloads.front();
  ++workload.power.corrupt;
  for (const char* model : {"lying-disk", "sync-error", "metadata-reordered", "subset-torn"}) {
    CrashFinding finding;
    finding.model = model;
    finding.kind = "corrupt";
    finding.message = model;
    result.findings.push_back(finding);
  }
  EXPECT_THAT(durability_checks(result)[2].reason, StartsWith("subset-torn"));
}

}  // namespace
}  // namespace pragmark

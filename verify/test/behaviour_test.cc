// The stage as a whole: its table, how claimed, read back and observed make a verdict, which checks
// run on which set, and the self-test's report. The checks themselves: behaviour_checks_test.cc.
#include "pragmark/verify/behaviour.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "behaviour/behaviour_check.h"
#include "pragmark/error.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {
namespace {

using behaviour::behaviour_checks;
using behaviour::BehaviourCheck;
using behaviour::Effect;
using behaviour::Experiment;
using behaviour::Observation;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string described(const CheckResult& result) {
  return result.id + ' ' + result.setting + ": " + std::string(to_string(result.verdict)) + ": " +
         result.observed.value_or("-") + ": " + result.reason;
}

TEST(BehaviourChecks, HaveAnIdOfTheirOwnAndAllThatAReaderNeeds) {
  std::set<std::string_view> ids;
  for (const BehaviourCheck* check : behaviour_checks()) {
    EXPECT_TRUE(ids.insert(check->id).second) << check->id;
    const bool is_setting = find_pragma(check->setting) != nullptr;
    EXPECT_EQ(is_setting, check->claim.empty()) << check->id;
    EXPECT_TRUE(is_setting || (!check->repair.empty() && !check->documentation.empty()))
        << check->id;
    EXPECT_FALSE(check->question.empty()) << check->id;
    EXPECT_FALSE(check->consequence.empty()) << check->id;
    EXPECT_FALSE(check->right.empty()) << check->id;
    EXPECT_FALSE(check->controls.empty()) << check->id;
    for (const behaviour::Control& control : check->controls) {
      EXPECT_NE(control.expected, Verdict::Pass) << check->id << ' ' << control.what;
      EXPECT_NE(control.expected, Verdict::Skipped) << check->id << ' ' << control.what;
      EXPECT_NE(control.expected, Verdict::Unknown) << check->id << ' ' << control.what;
    }
  }
}

// ---- the verdict ----

// A check that sees what the test wants it to see, on a connection that reads back `applied`.
Effect g_effect = Effect::AsClaimed;
bool g_fails = false;

Observation see_what_is_wanted(Experiment& experiment) {
  const Connection connection = experiment.open();
  if (g_fails) throw Error::environment("look at", "the disk is full", "x.db");
  return {g_effect, "2 of 3", "as was wanted"};
}

CheckResult result_of(Effect effect, const std::string& applied, std::string_view setting) {
  const ScratchDirectory scratch(testing::TempDir());
  const BehaviourCheck check = {.id = "X001",
                                .setting = setting,
                                .question = "does it?",
                                .claim = "it does",
                                .runs = behaviour::Runs::Always,
                                .consequence = "it hurts",
                                .repair = "",
                                .documentation = "",
                                .observe = see_what_is_wanted,
                                .right = {},
                                .controls = {}};
  g_effect = effect;
  return run_check(
      check, {.claimed = PragmaSet::parse("production"), .applied = PragmaSet::parse(applied)},
      scratch.path());
}

TEST(BehaviourVerdict, ComesFromClaimedReadBackAndObserved) {
  using enum Verdict;
  struct Row {
    Effect effect;
    Verdict read_back_as_claimed;
    Verdict read_back_denies;
    Verdict not_read_back;
  };
  const std::vector<Row> table = {
      {Effect::AsClaimed, Pass, Misread, Pass},
      {Effect::Consistent, Pass, Fail, Pass},
      {Effect::Contrary, Ineffective, Fail, Fail},
      {Effect::Undetermined, Unknown, Unknown, Unknown},
      {Effect::NotApplicable, Skipped, Skipped, Skipped},
  };
  for (std::size_t i = 0; i < table.size(); ++i) {
    const Row& row = table[i];
    const auto verdict = [&](const std::string& applied, std::string_view setting) {
      return to_string(result_of(row.effect, applied, setting).verdict);
    };
    EXPECT_EQ(verdict("production", "synchronous"), to_string(row.read_back_as_claimed)) << i;
    EXPECT_EQ(verdict("durable", "synchronous"), to_string(row.read_back_denies)) << i;
    EXPECT_EQ(verdict("production", "a topic"), to_string(row.not_read_back)) << i;
  }
}

TEST(BehaviourVerdict, OfABadResultSaysWhatIsAtStakeAndHowToRepairIt) {
  const CheckResult bad = result_of(Effect::Contrary, "production", "synchronous");
  EXPECT_EQ(bad.claimed, "NORMAL");
  EXPECT_EQ(bad.read_back, "NORMAL");
  EXPECT_EQ(bad.observed, "2 of 3");
  EXPECT_EQ(bad.scope, "connection");
  EXPECT_EQ(bad.consequence, "it hurts");
  EXPECT_THAT(bad.repair, HasSubstr("setting it again cannot help"));
  EXPECT_EQ(result_of(Effect::Contrary, "durable", "synchronous").repair,
            parse_setting("synchronous", "NORMAL").to_sql());
  EXPECT_EQ(bad.documentation, "https://www.sqlite.org/pragma.html#pragma_synchronous");
  EXPECT_THAT(bad.reason, AllOf(HasSubstr("read back as claimed"), HasSubstr("as was wanted")));
  const CheckResult misread = result_of(Effect::AsClaimed, "durable", "synchronous");
  EXPECT_THAT(misread.reason, HasSubstr("SQLite answers FULL"));
  EXPECT_EQ(misread.repair, "none needed: it is in effect");
}

TEST(BehaviourVerdict, OfAPassSaysNothingMore) {
  const CheckResult good = result_of(Effect::AsClaimed, "production", "a topic");
  EXPECT_EQ(good.claimed, "it does");
  EXPECT_EQ(good.scope, "");
  EXPECT_EQ(good.reason + good.consequence + good.repair, "");
}

TEST(BehaviourVerdict, OfAnErrorIsUnknownAndKeepsTheReason) {
  g_fails = true;
  const CheckResult result = result_of(Effect::AsClaimed, "production", "synchronous");
  g_fails = false;
  EXPECT_EQ(to_string(result.verdict), "unknown");
  EXPECT_THAT(result.reason, HasSubstr("the disk is full"));
}

// ---- the stage ----

std::vector<CheckResult> run_on(const std::string& set_name, const Tampering& tampering = {}) {
  const ScratchDirectory scratch(testing::TempDir());
  const PragmaSet set = PragmaSet::parse(set_name);
  auto results =
      run_behaviour_stage({.set = set, .scratch = scratch.path(), .tampering = tampering});
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
  return results;
}

const CheckResult* find(const std::vector<CheckResult>& results, std::string_view setting) {
  const auto found = std::ranges::find(results, setting, &CheckResult::setting);
  return found == results.end() ? nullptr : &*found;
}

TEST(BehaviourStage, PassesOnEveryBuiltInSetWithEvidence) {
  for (const PragmaSet& set : PragmaSet::all()) {
    for (const CheckResult& result : run_on(set.name())) {
      EXPECT_EQ(result.stage, "behaviour");
      EXPECT_TRUE(result.verdict == Verdict::Pass || result.verdict == Verdict::Skipped)
          << set.name() << ": " << described(result);
      EXPECT_EQ(result.verdict == Verdict::Pass, result.observed.has_value())
          << set.name() << ": " << described(result);
    }
  }
}

TEST(BehaviourStage, LeavesOutWhatTheSetDoesNotHave) {
  EXPECT_EQ(find(run_on("production"), "journal_size_limit"), nullptr);
  EXPECT_NE(find(run_on("production+journal_size_limit=65536"), "journal_size_limit"), nullptr);
}

TEST(BehaviourStage, ClaimsTheDefaultOfWhatMattersAnyway) {
  const std::vector<CheckResult> results = run_on("production");
  const CheckResult* checkpoints = find(results, "wal_autocheckpoint");
  ASSERT_NE(checkpoints, nullptr);
  EXPECT_EQ(checkpoints->claimed, "1000 (by default)");
  EXPECT_EQ(checkpoints->read_back, "1000");
  EXPECT_EQ(find(results, "synchronous")->claimed, "NORMAL");
}

TEST(BehaviourStage, SkipsWhatNeedsTwoConnectionsWhereThereCanBeOne) {
  const std::vector<CheckResult> results = run_on("production+locking_mode=EXCLUSIVE");
  for (const std::string_view setting :
       {"busy_timeout", "transactions", "shared cache", "two processes"}) {
    const CheckResult* result = find(results, setting);
    ASSERT_NE(result, nullptr) << setting;
    EXPECT_EQ(to_string(result->verdict), "skipped") << setting;
    EXPECT_THAT(result->reason, HasSubstr("locking_mode=EXCLUSIVE")) << setting;
  }
  EXPECT_EQ(to_string(overall_verdict(results)), "pass");
}

TEST(BehaviourStage, FindsAConnectionThatIsTamperedWith) {
  const Setting off = parse_setting("foreign_keys", "OFF");
  const std::vector<CheckResult> results =
      run_on("production",
             {.after_apply = [&](Connection& c) { c.execute(off.to_sql()); }, .after_work = {}});
  EXPECT_EQ(to_string(find(results, "foreign_keys")->verdict), "fail");
  EXPECT_EQ(to_string(find(results, "synchronous")->verdict), "pass");
}

// ---- the self-test's report ----

Trial trial_of(Verdict expected, Verdict verdict) {
  Trial trial{.configuration = "c", .expected = expected, .result = {}};
  trial.result.verdict = verdict;
  trial.result.observed = "3 of 4";
  trial.result.reason = "because";
  return trial;
}

CheckTrials trials_of(Verdict right, Verdict control) {
  return {.id = "X001",
          .setting = "s",
          .question = "q?",
          .right = {trial_of(Verdict::Pass, right)},
          .controls = {trial_of(Verdict::Fail, control)}};
}

TEST(SelfTest, HoldsWhenRightPassesAndWrongIsCaught) {
  using enum Verdict;
  struct Row {
    Verdict right;
    Verdict control;
    bool holds;
  };
  const std::vector<Row> table = {
      {Pass, Fail, true},         {Pass, Pass, false},    {Pass, Unknown, false},
      {Pass, Ineffective, false}, {Pass, Skipped, false}, {Skipped, Fail, false},
      {Fail, Fail, false},        {Unknown, Fail, false}, {Skipped, Skipped, true},
  };
  for (const Row& row : table) {
    EXPECT_EQ(all_hold({trials_of(row.right, row.control)}), row.holds)
        << to_string(row.right) << ' ' << to_string(row.control);
    EXPECT_EQ(all_hold({trials_of(Pass, Fail), trials_of(row.right, row.control)}), row.holds);
  }
}

TEST(SelfTest, SaysForEachCheckWhetherItsControlWasCaught) {
  using enum Verdict;
  EXPECT_THAT(to_text({trials_of(Pass, Fail)}),
              AllOf(HasSubstr("X001 s: q?\n  control caught: yes; right configuration passes: yes"),
                    HasSubstr("  c: fail (3 of 4)\n"), HasSubstr("self-test: pass (1 checks)")));
  EXPECT_THAT(to_text({trials_of(Pass, Unknown)}),
              AllOf(HasSubstr("control caught: no; right configuration passes: yes"),
                    HasSubstr("  c: unknown, expected fail (3 of 4): because\n"),
                    HasSubstr("self-test: fail")));
  EXPECT_THAT(to_text({trials_of(Skipped, Skipped)}),
              AllOf(HasSubstr("control caught: not possible here"), HasSubstr("self-test: pass"),
                    Not(HasSubstr("caught: yes"))));
}

TEST(SelfTest, IsADocumentOfItsOwnSchema) {
  const auto json = nlohmann::json::parse(to_json({trials_of(Verdict::Pass, Verdict::Misread)}));
  EXPECT_EQ(json["schema"], "pragmark.verify-self-test/1");
  EXPECT_EQ(json["holds"], false);
  EXPECT_EQ(json["checks"][0]["control_caught"], "no");
  EXPECT_EQ(json["checks"][0]["right_passes"], "yes");
  const auto& control = json["checks"][0]["controls"][0];
  EXPECT_EQ(control["expected"], "fail");
  EXPECT_EQ(control["verdict"], "misread");
  EXPECT_EQ(control["observed"], "3 of 4");
}

}  // namespace
}  // namespace pragmark

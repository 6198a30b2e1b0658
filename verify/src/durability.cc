#include "pragmark/verify/durability.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "pragmark/error.h"

namespace pragmark {
namespace {

struct Question {
  std::string_view id;
  std::string_view setting;
  bool power;
  bool damage;  // otherwise loss
};

// Of a model that belongs to the question, with what replays it.
std::string first_finding(const CrashSetResult& result, const Question& question) {
  const std::vector<ModelCounts> models = result.by_model();
  for (const CrashFinding& finding : result.findings) {
    const auto model = std::ranges::find(models, finding.model, &ModelCounts::model);
    if (model == models.end() || !model->promised || model->power != question.power) continue;
    const bool damage = finding.kind != "lost" && finding.kind != "copy";
    if (damage == question.damage) return fmt::format("{}; {}", finding.message, finding.command);
  }
  return "";
}

CheckResult check(const CrashSetResult& result, const Question& question, bool allowed) {
  const ModelCounts sum = result.deciding(question.power);
  const std::size_t cases = question.damage ? sum.damaged() : sum.with_loss;
  CheckResult check;
  check.id = question.id;
  check.stage = "durability";
  check.connection = "store";
  check.setting = question.setting;
  check.claimed = allowed ? "possible" : "no";
  check.documentation = "https://www.sqlite.org/pragma.html#pragma_synchronous";
  const std::string unit = question.damage ? "damaged" : "with acknowledged transactions missing";
  check.observed = cases > 0 ? fmt::format("{} of {} images {}", cases,
                                           question.damage ? sum.distinct : sum.images, unit)
                             : fmt::format("none of {} images {} (at most {:.2g}%)", sum.distinct,
                                           unit, 100 * upper_bound_of_zero(sum.distinct));
  if (!question.damage && cases > 0) *check.observed += fmt::format(", at most {}", sum.max_lost);
  check.verdict = cases > 0 && !allowed ? Verdict::Fail : Verdict::Pass;
  if (sum.distinct == 0) check.verdict = Verdict::Unknown;
  if (check.verdict == Verdict::Fail) {
    check.reason = first_finding(result, question);
    check.consequence = question.damage ? "a crash can damage the database"
                                        : "a crash can lose what was acknowledged";
  }
  return check;
}

}  // namespace

std::vector<CheckResult> durability_checks(const CrashSetResult& result) {
  const CrashExpectation expected = documented_expectation(result.set);
  return {check(result, {"D001", "killed process: damage", false, true}, expected.kill_may_damage),
          check(result, {"D002", "killed process: loss", false, false}, expected.kill_may_damage),
          check(result, {"D003", "power cut: damage", true, true}, expected.power_may_damage),
          check(result, {"D004", "power cut: loss", true, false}, expected.power_may_lose)};
}

std::vector<CheckResult> run_durability_stage(const StageContext& context) {
  try {
    const CrashReport report = run_crash({.sets = {context.set}});
    return durability_checks(report.sets.front());
  } catch (const Error& error) {
    CheckResult failed;
    failed.id = "D001";
    failed.stage = "durability";
    failed.connection = "store";
    failed.setting = "crash experiment";
    failed.verdict = Verdict::Unknown;
    failed.reason = error.what();
    return {failed};
  }
}

}  // namespace pragmark

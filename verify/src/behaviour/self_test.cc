// The verifier put to the test: every check on configurations of which it is known what it must
// say.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "behaviour/behaviour_check.h"
#include "pragmark/error.h"
#include "pragmark/verify/behaviour.h"
#include "pragmark/verify/interrupt.h"
#include "pragmark/verify/scratch_directory.h"
#include "pragmark/version.h"
#include "stage_trials.h"

namespace pragmark {
namespace {

using behaviour::BehaviourCheck;
using behaviour::Configuration;
using behaviour::Control;
using Json = nlohmann::ordered_json;

Trial try_out(const BehaviourCheck& check, std::string what, Verdict expected,
              Configuration configuration, const std::filesystem::path& parent) {
  throw_if_interrupted();
  const ScratchDirectory scratch(parent);
  return {.configuration = std::move(what),
          .expected = expected,
          .result = run_check(check, std::move(configuration), scratch.path())};
}

std::string_view yes_or_no(const CheckTrials& check, bool holds) {
  if (check.is_impossible()) return "not possible here";
  return holds ? "yes" : "no";
}

std::string line_of(const CheckTrials& check, const Trial& trial) {
  const CheckResult& result = trial.result;
  std::string line = fmt::format("  {}: {}", trial.configuration, to_string(result.verdict));
  if (!trial.holds() && !check.is_impossible()) {
    line += fmt::format(", expected {}", to_string(trial.expected));
  }
  if (result.observed) line += fmt::format(" ({})", printable(*result.observed));
  if (result.verdict == Verdict::Unknown || result.verdict == Verdict::Skipped) {
    line += fmt::format(": {}", printable(result.reason));
  }
  return line + "\n";
}

Json json_of(const std::vector<Trial>& trials) {
  Json rows = Json::array();
  for (const Trial& trial : trials) {
    const CheckResult& result = trial.result;
    rows.push_back(
        {{"configuration", trial.configuration},
         {"expected", to_string(trial.expected)},
         {"verdict", to_string(result.verdict)},
         {"holds", trial.holds()},
         {"claimed", result.claimed},
         {"read_back", result.read_back ? Json(*result.read_back) : Json(nullptr)},
         {"observed", result.observed ? Json(printable(*result.observed)) : Json(nullptr)},
         {"reason", printable(result.reason)}});
  }
  return rows;
}

}  // namespace

namespace behaviour {

CheckTrials run_trials(const BehaviourCheck& check, const std::filesystem::path& parent) {
  CheckTrials trials{.id = std::string(check.id),
                     .setting = std::string(check.setting),
                     .question = std::string(check.question),
                     .right = {},
                     .controls = {}};
  for (const std::string_view right : check.right) {
    const PragmaSet set = PragmaSet::parse(right);
    trials.right.push_back(try_out(check, std::string(right), Verdict::Pass,
                                   {.claimed = set, .applied = set}, parent));
  }
  for (const Control& control : check.controls) {
    trials.controls.push_back(try_out(check, std::string(control.what), control.expected,
                                      {.claimed = PragmaSet::parse(control.claimed),
                                       .applied = PragmaSet::parse(control.applied),
                                       .tamper = control.tamper,
                                       .sabotage = control.sabotage,
                                       .begin = control.begin,
                                       .uri_query = control.uri_query},
                                      parent));
  }
  return trials;
}

}  // namespace behaviour

std::vector<CheckTrials> self_test(const std::filesystem::path& directory) {
  ScratchDirectory scratch(directory);
  std::vector<CheckTrials> all = values_trials(scratch.path());
  for (const BehaviourCheck* check : behaviour::behaviour_checks()) {
    all.push_back(run_trials(*check, scratch.path()));
  }
  std::ranges::move(library_trials(scratch.path()), std::back_inserter(all));
  scratch.remove();
  return all;
}

bool CheckTrials::is_impossible() const noexcept {
  const auto skipped = [](const Trial& trial) { return trial.result.verdict == Verdict::Skipped; };
  return std::ranges::all_of(right, skipped) && std::ranges::all_of(controls, skipped);
}

bool CheckTrials::right_passes() const noexcept {
  return std::ranges::all_of(right, &Trial::holds);
}

bool CheckTrials::control_caught() const noexcept {
  return std::ranges::all_of(controls, &Trial::holds);
}

bool all_hold(const std::vector<CheckTrials>& trials) noexcept {
  return std::ranges::all_of(trials, [](const CheckTrials& check) {
    return check.is_impossible() || (check.right_passes() && check.control_caught());
  });
}

std::string to_text(const std::vector<CheckTrials>& trials) {
  std::string text;
  for (const CheckTrials& check : trials) {
    text +=
        fmt::format("{} {}: {}\n  control caught: {}; right configuration passes: {}\n", check.id,
                    check.setting, check.question, yes_or_no(check, check.control_caught()),
                    yes_or_no(check, check.right_passes()));
    for (const Trial& trial : check.right) text += line_of(check, trial);
    for (const Trial& trial : check.controls) text += line_of(check, trial);
  }
  return text + fmt::format("self-test: {} ({} checks)\n", all_hold(trials) ? "pass" : "fail",
                            trials.size());
}

std::string to_json(const std::vector<CheckTrials>& trials) {
  Json checks = Json::array();
  for (const CheckTrials& check : trials) {
    checks.push_back({{"id", check.id},
                      {"setting", check.setting},
                      {"question", check.question},
                      {"control_caught", yes_or_no(check, check.control_caught())},
                      {"right_passes", yes_or_no(check, check.right_passes())},
                      {"controls", json_of(check.controls)},
                      {"right", json_of(check.right)}});
  }
  const Json json = {{"schema", "pragmark.verify-self-test/1"},
                     {"holds", all_hold(trials)},
                     {"pragmark_version", kVersion},
                     {"sqlite_version", linked_sqlite().version},
                     {"checks", std::move(checks)}};
  constexpr int kIndent = 2;
  return json.dump(kIndent) + "\n";
}

}  // namespace pragmark

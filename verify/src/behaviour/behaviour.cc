// How stage `behaviour` works: each check experiments in a directory of its own; what it saw is
// held against the claim and against what SQLite answers. The table of effects:
//
//   seen            read back as claimed   read back otherwise
//   as claimed      pass                   misread
//   consistent      pass                   fail
//   contrary        ineffective            fail
//
// A setting that the set does not have is claimed to be what SQLite answers for it by default.
#include "pragmark/verify/behaviour.h"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "behaviour/behaviour_check.h"
#include "pragmark/error.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark {
namespace behaviour {
namespace {

constexpr std::string_view kStage = "behaviour";

std::string reason_for(Verdict verdict, const CheckResult& result, const Observation& seen) {
  std::string reason;
  if (verdict == Verdict::Ineffective) reason = "read back as claimed, but without this effect";
  if (verdict == Verdict::Misread) {
    reason = fmt::format("in effect, although SQLite answers {}", result.read_back.value_or(""));
  }
  if (verdict == Verdict::Fail) reason = "behaves otherwise than claimed";
  if (verdict == Verdict::Pass) return "";
  if (!reason.empty() && !seen.reason.empty()) reason += "; ";
  return reason + seen.reason;
}

Verdict verdict_of(const CheckResult& result, Effect effect) {
  const bool denied = result.read_back && result.read_back != result.claimed;
  switch (effect) {
    case Effect::AsClaimed: return denied ? Verdict::Misread : Verdict::Pass;
    case Effect::Consistent: return denied ? Verdict::Fail : Verdict::Pass;
    case Effect::Contrary:
      return result.read_back && !denied ? Verdict::Ineffective : Verdict::Fail;
    case Effect::Undetermined: return Verdict::Unknown;
    case Effect::NotApplicable: return Verdict::Skipped;
  }
  return Verdict::Unknown;
}

CheckResult blank_result(const BehaviourCheck& check, const PragmaSet& claimed) {
  CheckResult result;
  result.id = check.id;
  result.stage = kStage;
  result.connection = to_string(ConnectionKind::ReadWrite);
  result.setting = check.setting;
  result.claimed = check.claim;
  result.documentation = check.documentation;
  if (const PragmaSpec* spec = find_pragma(check.setting)) {
    result.scope = to_string(spec->scope);
    result.claimed = claimed.value(check.setting);
    if (check.documentation.empty()) result.documentation = documentation_url(*spec);
  }
  return result;
}

std::string repair_for(const BehaviourCheck& check, const CheckResult& result) {
  const PragmaSpec* spec = find_pragma(check.setting);
  if (!check.repair.empty() || spec == nullptr) return std::string(check.repair);
  if (result.verdict == Verdict::Fail) return Setting{spec, result.claimed}.to_sql();
  if (result.verdict == Verdict::Misread) return "none needed: it is in effect";
  return "setting it again cannot help: another setting, a compile option or the VFS undoes it";
}

bool is_bad(Verdict verdict) {
  return verdict == Verdict::Fail || verdict == Verdict::Ineffective || verdict == Verdict::Misread;
}

std::vector<const BehaviourCheck*> gathered_checks() {
  std::vector<const BehaviourCheck*> all;
  for (const auto group :
       {journal_checks(), sync_checks(), wal_checks(), lock_checks(), row_checks(),
        transaction_checks(), process_checks(), page_checks(), sort_checks(), file_format_checks(),
        schema_checks(), query_checks(), full_sync_checks()}) {
    for (const BehaviourCheck& check : group) all.push_back(&check);
  }
  return all;
}

}  // namespace

std::span<const BehaviourCheck* const> behaviour_checks() {
  static const std::vector<const BehaviourCheck*> all = gathered_checks();
  return all;
}

CheckResult run_check(const BehaviourCheck& check, Configuration configuration,
                      const std::filesystem::path& directory) {
  CheckResult result = blank_result(check, configuration.claimed);
  try {
    Experiment experiment(std::move(configuration), check.setting, directory);
    Observation seen = check.observe(experiment);
    result.read_back = experiment.read_back();
    if (!seen.observed.empty()) result.observed = seen.observed;
    result.verdict = verdict_of(result, seen.effect);
    result.reason = reason_for(result.verdict, result, seen);
  } catch (const Error& error) {
    result.verdict = Verdict::Unknown;
    result.reason = error.what();
  }
  if (is_bad(result.verdict)) {
    result.consequence = check.consequence;
    result.repair = repair_for(check, result);
  }
  return result;
}

}  // namespace behaviour

namespace {

using behaviour::BehaviourCheck;

bool has(const PragmaSet& set, std::string_view setting) {
  return std::ranges::any_of(set.settings(),
                             [&](const Setting& s) { return s.spec->name == setting; });
}

// What SQLite has in effect where the set is silent: a library may be built with other defaults
// than the documented ones.
PragmaSet with_default(const PragmaSet& set, const PragmaSpec& spec,
                       const std::filesystem::path& directory) {
  Connection connection =
      Connection::open({.path = directory / "default.db", .kind = ConnectionKind::SchemaCreation});
  return set.with(spec.name,
                  read_back(connection.handle(), spec).value_or(std::string(spec.default_value)));
}

}  // namespace

std::vector<CheckResult> run_behaviour_stage(const StageContext& context) {
  std::vector<CheckResult> results;
  for (const BehaviourCheck* check : behaviour::behaviour_checks()) {
    throw_if_interrupted();
    const PragmaSpec* spec = find_pragma(check->setting);
    const bool silent = spec != nullptr && !has(context.set, check->setting);
    if (silent && check->runs == behaviour::Runs::IfInSet) continue;
    const std::filesystem::path own = context.scratch / check->id;
    std::error_code error;
    std::filesystem::create_directory(own, error);
    if (error) throw Error::environment("create", error.message(), own.string());
    const PragmaSet claimed = silent ? with_default(context.set, *spec, own) : context.set;
    CheckResult result = run_check(
        *check,
        {.claimed = claimed, .applied = context.set, .tamper = context.tampering.after_apply}, own);
    if (silent) result.claimed += " (by default)";
    std::filesystem::remove_all(own, error);  // room for the next; what stays goes with the stage
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace pragmark

// The rows of stage `behaviour`: what a check asks, how it observes, and the wrong configurations
// that show that it can fail.
//
//   Observation observe(Experiment& experiment) {
//     Connection connection = experiment.open();
//     const bool refused = attempt(connection, "...") != SQLITE_OK;
//     return refused == (experiment.claim() == "ON") ? as_claimed("..") : contrary("..");
//   }
//
// A new check is a function and a row in the file of its group; a new group is a file, its function
// here, and a line in the table of behaviour.cc.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "behaviour/experiment.h"
#include "pragmark/verify/behaviour.h"
#include "pragmark/verify/check.h"

namespace pragmark::behaviour {

// How the behaviour that was seen lies to the claim.
enum class Effect {
  AsClaimed,      // no other value behaves like that: proven, whatever is read back
  Consistent,     // not contradicted, but another value could behave the same: read-back decides
  Contrary,       // the claimed value would have behaved otherwise
  Undetermined,   // could not be seen; the reason says why
  NotApplicable,  // has no meaning under this set or in this library; the reason says why
};

struct Observation {
  Effect effect;
  std::string observed;     // with its numbers: "20 syncs in 20 commits: FULL"
  std::string reason = {};  // for the last two effects; for the others what should be added
};

// One configuration on which the check must not pass.
struct Control {
  std::string_view what;     // "foreign_keys=OFF behind a set that claims ON"
  std::string_view claimed;  // SET
  std::string_view applied;  // SET
  Verdict expected;          // fail, ineffective or misread
  void (*tamper)(Connection&) = nullptr;
  MakeSabotage sabotage = nullptr;
  std::string_view begin = {};  // how a write transaction begins; empty: as the library does
  std::string_view uri_query = {};
};

// When a check runs.
enum class Runs {
  IfInSet,  // the set has the setting
  Always,   // a topic; or a setting that matters so much that what holds by default is shown too
};

// All views refer to static storage.
struct BehaviourCheck {
  std::string_view id;        // a letter for the group and a number: "J001"
  std::string_view setting;   // a setting's name, or a topic: "transactions"
  std::string_view question;  // in words
  std::string_view claim;     // of a topic; empty for a setting, where the set claims
  Runs runs;
  std::string_view consequence;
  std::string_view repair;         // empty for a setting: the statement that sets it
  std::string_view documentation;  // empty for a setting: its own page
  Observation (*observe)(Experiment& experiment);
  std::span<const std::string_view> right;  // SETs on which it must pass
  std::span<const Control> controls;        // at least one
};

// Every check, in the order in which they run.
[[nodiscard]] std::span<const BehaviourCheck* const> behaviour_checks();

// Runs one check in `directory`, which must exist and be empty. An Error on the way makes the
// result unknown. Throws Interrupted.
[[nodiscard]] CheckResult run_check(const BehaviourCheck& check, Configuration configuration,
                                    const std::filesystem::path& directory);

// Runs one check on each of its right and wrong configurations, each in a scratch directory inside
// `parent`. Throws Error (kind Environment) and Interrupted.
[[nodiscard]] CheckTrials run_trials(const BehaviourCheck& check,
                                     const std::filesystem::path& parent);

// The groups.
[[nodiscard]] std::span<const BehaviourCheck> journal_checks() noexcept;
[[nodiscard]] std::span<const BehaviourCheck> sync_checks() noexcept;
[[nodiscard]] std::span<const BehaviourCheck> wal_checks() noexcept;
[[nodiscard]] std::span<const BehaviourCheck> lock_checks() noexcept;
[[nodiscard]] std::span<const BehaviourCheck> row_checks() noexcept;
[[nodiscard]] std::span<const BehaviourCheck> transaction_checks() noexcept;
[[nodiscard]] std::span<const BehaviourCheck> process_checks() noexcept;
[[nodiscard]] std::span<const BehaviourCheck> page_checks() noexcept;
[[nodiscard]] std::span<const BehaviourCheck> sort_checks() noexcept;
[[nodiscard]] std::span<const BehaviourCheck> file_format_checks() noexcept;
[[nodiscard]] std::span<const BehaviourCheck> schema_checks() noexcept;
[[nodiscard]] std::span<const BehaviourCheck> query_checks() noexcept;
[[nodiscard]] std::span<const BehaviourCheck> full_sync_checks() noexcept;

[[nodiscard]] inline Observation as_claimed(std::string observed) {
  return {Effect::AsClaimed, std::move(observed)};
}
[[nodiscard]] inline Observation consistent(std::string observed) {
  return {Effect::Consistent, std::move(observed)};
}
[[nodiscard]] inline Observation contrary(std::string observed) {
  return {Effect::Contrary, std::move(observed)};
}
[[nodiscard]] inline Observation undetermined(std::string observed, std::string reason) {
  return {Effect::Undetermined, std::move(observed), std::move(reason)};
}
[[nodiscard]] inline Observation not_applicable(std::string reason) {
  return {Effect::NotApplicable, "", std::move(reason)};
}

}  // namespace pragmark::behaviour

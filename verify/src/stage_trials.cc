#include "stage_trials.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include "library/library_checks.h"
#include "library/wal_reset.h"
#include "pragmark/connection.h"
#include "pragmark/pragma.h"
#include "pragmark/verify/interrupt.h"
#include "pragmark/verify/scratch_directory.h"
#include "pragmark/verify/values.h"

namespace pragmark {
namespace {

using Results = std::vector<CheckResult>;

// The result that tells most: a warning, or else the first that has the verdict of all.
CheckResult worst_of(const Results& results, std::string_view id) {
  Results of_check;
  std::ranges::copy_if(results, std::back_inserter(of_check),
                       [&](const CheckResult& result) { return result.id == id; });
  const auto warning = std::ranges::find(of_check, Verdict::Warning, &CheckResult::verdict);
  if (warning != of_check.end()) return *warning;
  const Verdict overall = overall_verdict(of_check);
  const auto found = std::ranges::find(of_check, overall, &CheckResult::verdict);
  return found == of_check.end() ? CheckResult{} : *found;
}

Trial trial(std::string configuration, Verdict expected, CheckResult result) {
  throw_if_interrupted();
  return {
      .configuration = std::move(configuration), .expected = expected, .result = std::move(result)};
}

void change(Connection& connection, std::string_view name, std::string_view value) {
  const Setting settings[] = {parse_setting(name, value)};
  apply_settings(connection.handle(), settings, ConnectionKind::ReadWrite);
}

Results values_of(std::string_view set, const std::filesystem::path& parent,
                  Tampering tampering = {}) {
  const ScratchDirectory scratch(parent);
  const PragmaSet parsed = PragmaSet::parse(set);
  return run_values_stage(
      {.set = parsed, .scratch = scratch.path(), .tampering = std::move(tampering)});
}

void synchronous_off(Connection& connection) { change(connection, "synchronous", "OFF"); }

CheckTrials defaults_trials(const PragmaSet& set, const std::filesystem::path& parent) {
  const auto defaults = [&](const std::function<void(Connection&)>& tamper) {
    const ScratchDirectory scratch(parent);
    return worst_of(check_defaults(set, scratch.path(), tamper), "B003");
  };
  return {.id = "B003",
          .setting = "defaults",
          .question = "where the set is silent, are the library's defaults SQLite's own?",
          .right = {trial("production with the linked library", Verdict::Pass, defaults({}))},
          .controls = {trial("a library that ignores CHECK by default", Verdict::Warning,
                             defaults([](Connection& connection) {
                               change(connection, "ignore_check_constraints", "ON");
                             }))}};
}

CheckTrials wal_reset_trials(const PragmaSet& set, const std::filesystem::path& parent) {
  const auto reset = [&](WalResetHook race) {
    const ScratchDirectory scratch(parent);
    return check_wal_reset(set, scratch.path(), race);
  };
  return {.id = "B005",
          .setting = "wal-reset",
          .question = "does a commit inside a checkpoint damage the database?",
          .right = {trial("the commit right after the checkpoint", Verdict::Pass,
                          reset(WalResetHook::Disarmed))},
          .controls = {trial("the damage of the bug, made by hand", Verdict::Warning,
                             reset(WalResetHook::Simulated))}};
}

}  // namespace

std::vector<CheckTrials> values_trials(const std::filesystem::path& parent) {
  const Results right = values_of("production", parent);
  return {
      {.id = "V001",
       .setting = "every setting",
       .question = "does SQLite answer with what the set claims, on every connection?",
       .right = {trial("production", Verdict::Pass, worst_of(right, "V001"))},
       .controls = {trial("synchronous=OFF behind a set that claims NORMAL", Verdict::Fail,
                          worst_of(values_of("production", parent,
                                             {.after_apply = synchronous_off, .after_work = {}}),
                                   "V001")),
                    trial("the same, when the connection has worked", Verdict::Fail,
                          worst_of(values_of("production", parent,
                                             {.after_apply = {}, .after_work = synchronous_off}),
                                   "V001"))}},
      {.id = "V002",
       .setting = "strategy",
       .question = "does the store write and read with the set?",
       .right = {trial("production", Verdict::Pass, worst_of(right, "V002"))},
       .controls = {
           trial("a set that locks the store's own readers out (EXCLUSIVE)", Verdict::Fail,
                 worst_of(values_of("production+locking_mode=EXCLUSIVE+busy_timeout=0", parent),
                          "V002"))}}};
}

std::vector<CheckTrials> library_trials(const std::filesystem::path& parent) {
  const PragmaSet production = PragmaSet::parse("production");
  const auto version = [&](std::string_view number) {
    return SqliteLibrary{.version = std::string(number), .source_id = "", .compile_options = {}};
  };
  const auto options = [&](std::vector<std::string> with) {
    return worst_of(
        check_build_options(
            {.version = SQLITE_VERSION, .source_id = "", .compile_options = std::move(with)},
            production),
        "B002");
  };
  const auto advisories_of = [&](std::string_view number) {
    return worst_of(check_advisories(version(number), production, Verdict::Pass), "B004");
  };
  return {{.id = "B001",
           .setting = "version",
           .question = "is the library not older than the one that pragmark was built for?",
           .right = {trial(SQLITE_VERSION, Verdict::Pass,
                           check_version(version(SQLITE_VERSION), SQLITE_VERSION))},
           .controls = {trial("3.7.0 in its place", Verdict::Warning,
                              check_version(version("3.7.0"), SQLITE_VERSION))}},
          {.id = "B002",
           .setting = "build options",
           .question = "does the library's build leave the set its meaning?",
           .right = {trial("THREADSAFE=1", Verdict::Pass, options({"THREADSAFE=1"}))},
           .controls = {trial("TEMP_STORE=0 under a set that claims MEMORY", Verdict::Warning,
                              options({"TEMP_STORE=0"}))}},
          defaults_trials(production, parent),
          {.id = "B004",
           .setting = "advisories",
           .question = "is the version free of known corruption bugs that the set can meet?",
           .right = {trial("3.53.0", Verdict::Pass, advisories_of("3.53.0"))},
           .controls = {trial("3.36.0, whose temporary tables in memory break", Verdict::Warning,
                              advisories_of("3.36.0"))}},
          wal_reset_trials(production, parent)};
}

}  // namespace pragmark

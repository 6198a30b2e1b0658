#include "audit.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <sqlite3.h>

#include "facts.h"
#include "main_file.h"
#include "observation.h"
#include "pragmark/error.h"

namespace pragmark {
namespace {

constexpr std::string_view kStage = "audit";
constexpr std::string_view kClaimed = "X001";
constexpr std::string_view kUnclaimed = "X002";
constexpr std::string_view kAttached = "X011";

CheckResult blank_result(std::string_view id, const PragmaSpec& spec, ConnectionKind kind) {
  CheckResult result;
  result.id = id;
  result.stage = kStage;
  result.connection = to_string(kind);
  result.setting = spec.name;
  result.scope = to_string(spec.scope);
  result.documentation = documentation_url(spec);
  return result;
}

// A line to paste, with what keeps it from working at once.
std::string repair_line(sqlite3* db, const Setting& setting, std::string_view caution) {
  std::string line = setting.to_sql();
  // https://www.sqlite.org/pragma.html says of each that it is a no-op or an error until then.
  constexpr std::string_view kNotInTransaction[] = {"journal_mode", "synchronous", "foreign_keys",
                                                    "temp_store"};
  if (sqlite3_get_autocommit(db) == 0 &&
      std::ranges::find(kNotInTransaction, setting.spec->name) != std::end(kNotInTransaction)) {
    line += " -- after the end of the transaction";
  }
  if (!caution.empty()) line += fmt::format(" -- {}", caution);
  return line;
}

// The three faces of a claim against each other; see Verdict. A value that shows nowhere but in the
// read-back is judged by the read-back alone.
Verdict judge(const AppliedSetting& applied, const Observation& observation) {
  const std::string& claimed = applied.setting.value;
  const bool answered = !applied.read_back.empty();
  if (applied.outcome == Applied::NotApplicable) return Verdict::Skipped;
  if (!observation.doubt.empty()) return Verdict::Unknown;
  if (!observation.value) {
    if (!answered) return Verdict::Unknown;
    return applied.read_back == claimed ? Verdict::Pass : Verdict::Fail;
  }
  if (*observation.value != claimed) {
    return applied.read_back == claimed ? Verdict::Ineffective : Verdict::Fail;
  }
  return applied.read_back == claimed || !answered ? Verdict::Pass : Verdict::Misread;
}

std::string reason_for(Verdict verdict, const AppliedSetting& applied,
                       const Observation& observation) {
  if (verdict == Verdict::Pass) return "";
  if (verdict == Verdict::Ineffective || verdict == Verdict::Misread) return observation.why;
  if (verdict == Verdict::Unknown && !observation.doubt.empty()) return observation.doubt;
  if (verdict != Verdict::Skipped && applied.read_back.empty()) {
    return "SQLite answers nothing: a build without this setting, or an authorizer that ignores it";
  }
  if (verdict == Verdict::Fail && applied.setting.spec->scope == Scope::Connection) {
    return "the file does not keep it: every connection must set it, and this one has not, or "
           "something undid it";
  }
  return applied.reason;
}

CheckResult claimed_setting(sqlite3* db, const Setting& setting, ConnectionKind kind) {
  CheckResult result = blank_result(kClaimed, *setting.spec, kind);
  result.claimed = setting.value;
  try {
    const AppliedSetting applied = compare_settings(db, {&setting, 1}, kind).front();
    const Observation observation = observe(
        db, {.spec = *setting.spec, .claimed = setting.value, .read_back = applied.read_back});
    if (!applied.read_back.empty()) result.read_back = applied.read_back;
    result.observed = observation.value;
    result.verdict = judge(applied, observation);
    result.reason = reason_for(result.verdict, applied, observation);
    if (result.verdict != Verdict::Pass && result.verdict != Verdict::Skipped) {
      result.consequence = setting.spec->consequence;
      // What is in effect needs no repair, and what has no effect gets none by being said again.
      const bool settable = result.verdict == Verdict::Fail || result.verdict == Verdict::Unknown;
      if (settable) result.repair = repair_line(db, setting, observation.caution);
    }
  } catch (const Error& error) {
    result.verdict = Verdict::Unknown;
    result.reason = error.what();
    result.consequence = setting.spec->consequence;
  }
  return result;
}

CheckResult unclaimed_setting(sqlite3* db, const PragmaSpec& spec, const PragmaSet& set,
                              ConnectionKind kind) {
  CheckResult result = blank_result(kUnclaimed, spec, kind);
  try {
    result.read_back = read_back(db, spec);
    result.observed =
        observe(db, {.spec = spec, .claimed = {}, .read_back = result.read_back.value_or("")})
            .value;
    result.verdict = Verdict::Skipped;
    result.reason = fmt::format("{} does not claim it", set.name());
  } catch (const Error& error) {
    result.verdict = Verdict::Unknown;
    result.reason = error.what();
  }
  return result;
}

// Settings that each database of a connection has for itself. Set without a schema's name, some of
// them reach `main` alone (https://www.sqlite.org/pragma.html): what was attached has the defaults.
constexpr std::string_view kPerDatabase[] = {"page_size",    "auto_vacuum",       "locking_mode",
                                             "journal_mode", "synchronous",       "cache_size",
                                             "mmap_size",    "journal_size_limit"};

CheckResult attached_setting(sqlite3* db, const Setting& setting, const std::string& schema,
                             ConnectionKind kind) {
  CheckResult result = blank_result(kAttached, *setting.spec, kind);
  result.setting = fmt::format("{}.{}", schema, setting.spec->name);
  result.claimed = setting.value;
  result.read_back = read_back(db, *setting.spec, schema);
  const char* path = sqlite3_db_filename(db, schema.c_str());
  if (result.read_back == setting.value) {
    result.verdict = Verdict::Pass;
  } else if (path == nullptr || *path == '\0') {
    result.verdict = Verdict::Skipped;
    result.reason = "the attached database has no file";
  } else {
    result.verdict = Verdict::Fail;
    result.reason = "attached databases have settings of their own";
    result.consequence = setting.spec->consequence;
    result.repair = setting.to_sql(schema);
  }
  return result;
}

std::vector<CheckResult> attached_settings(sqlite3* db, const PragmaSet& set, ConnectionKind kind) {
  std::vector<CheckResult> results;
  try {
    for (const std::string& schema : attached_databases(db)) {
      for (const Setting& setting : set.settings()) {
        if (std::ranges::find(kPerDatabase, setting.spec->name) == std::end(kPerDatabase)) continue;
        results.push_back(attached_setting(db, setting, schema, kind));
      }
    }
  } catch (const Error& error) {
    CheckResult& result = results.emplace_back();
    result.id = kAttached;
    result.setting = "attached databases";
    result.verdict = Verdict::Unknown;
    result.reason = error.what();
  }
  return results;
}

}  // namespace

std::vector<CheckResult> audit_connection(sqlite3* db, const PragmaSet& set, Counters counters) {
  const ConnectionKind kind = kind_of(db);
  std::vector<CheckResult> results;
  for (const Setting& setting : set.settings()) {
    results.push_back(claimed_setting(db, setting, kind));
  }
  std::ranges::move(attached_settings(db, set, kind), std::back_inserter(results));
  for (const PragmaSpec& spec : pragma_table()) {
    const bool claimed =
        std::ranges::any_of(set.settings(), [&](const Setting& s) { return s.spec == &spec; });
    if (!claimed) results.push_back(unclaimed_setting(db, spec, set, kind));
  }
  std::vector<CheckResult> facts = connection_facts(db);
  if (counters == Counters::Read) std::ranges::move(counter_facts(db), std::back_inserter(facts));
  for (CheckResult& fact : facts) {
    fact.stage = kStage;
    fact.connection = to_string(kind);
    results.push_back(std::move(fact));
  }
  return results;
}

}  // namespace pragmark

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>
#include <sqlite3.h>

#include "advisories.h"
#include "library_checks.h"
#include "pragmark/connection.h"
#include "pragmark/error.h"
#include "pragmark/pragma.h"
#include "pragmark/verify/interrupt.h"
#include "pragmark/verify/library.h"
#include "wal_reset.h"

namespace pragmark {
namespace {

// They decide what is stored and what a crash costs: another default is more than worth to know.
constexpr std::array<std::string_view, 5> kWeighty = {"journal_mode", "synchronous", "foreign_keys",
                                                      "locking_mode", "ignore_check_constraints"};

CheckResult default_of(const PragmaSpec& spec, const std::string& here) {
  CheckResult result = library_result("B003", fmt::format("default of {}", spec.name));
  result.claimed = spec.default_value;
  result.read_back = here;
  result.reason = fmt::format("the set is silent about {}, and this library has {} for SQLite's {}",
                              spec.name, here, spec.default_value);
  result.documentation = documentation_url(spec);
  if (std::ranges::find(kWeighty, spec.name) != kWeighty.end()) {
    result.verdict = Verdict::Warning;
    result.consequence = spec.consequence;
    result.repair = Setting{&spec, std::string(spec.default_value)}.to_sql();
  }
  return result;
}

// The verdict of a check that SQLite did not let come to its end.
CheckResult undetermined(std::string_view id, std::string_view about, const Error& error) {
  CheckResult result = library_result(id, about);
  result.verdict = Verdict::Unknown;
  result.reason = error.what();
  return result;
}

void append(std::vector<CheckResult>& all, std::vector<CheckResult> more) {
  std::ranges::move(more, std::back_inserter(all));
}

}  // namespace

CheckResult library_result(std::string_view id, std::string_view about) {
  CheckResult result;
  result.id = id;
  result.stage = "library";
  result.connection = "library";
  result.setting = about;
  result.verdict = Verdict::Pass;
  return result;
}

CheckResult check_version(const SqliteLibrary& library, std::string_view built_for) {
  CheckResult result = library_result("B001", "version");
  result.claimed = fmt::format("{} or newer", built_for);
  result.read_back = library.version;
  const std::optional<SqliteVersion> here = parse_version(library.version);
  if (!here || *here < parse_version(built_for)) {
    result.verdict = Verdict::Warning;
    result.reason = "the library found at run time is older than the one built for";
    result.consequence = "what was fixed or measured with the newer one does not hold";
    result.repair = "install the SQLite that pragmark was built with, or build pragmark again";
  } else if (library.source_id.find("alt") != std::string::npos) {
    // sqlite3_sourceid(): the end of the hash is overwritten when the source was edited.
    result.reason = "its source id ends with \"alt\": built from sources that were edited";
    result.documentation = "https://www.sqlite.org/c3ref/libversion.html";
  }
  return result;
}

std::vector<CheckResult> check_defaults(const PragmaSet& set,
                                        const std::filesystem::path& directory,
                                        const std::function<void(Connection&)>& tamper) {
  const std::string path = (directory / "defaults.db").string();
  // The default of synchronous is another one in WAL mode.
  std::vector<Setting> journal;
  if (const Setting* said = set.find("journal_mode")) journal.push_back(*said);
  Connection connection = Connection::open({.path = path, .kind = ConnectionKind::SchemaCreation});
  apply_settings(connection.handle(), journal, ConnectionKind::SchemaCreation);
  connection.execute("CREATE TABLE of_no_use(a)");
  if (tamper) tamper(connection);
  std::vector<CheckResult> results;
  for (const PragmaSpec& spec : pragma_table()) {
    if (set.find(spec.name) != nullptr) continue;
    const std::optional<std::string> here = read_back(connection.handle(), spec);
    if (here && *here != spec.default_value) results.push_back(default_of(spec, *here));
  }
  if (results.empty()) {
    CheckResult result = library_result("B003", "defaults");
    result.claimed = result.read_back.emplace("as SQLite's own");
    results.push_back(std::move(result));
  }
  return results;
}

CheckResult check_wal_reset(const PragmaSet& set, const std::filesystem::path& directory,
                            WalResetHook race) {
  CheckResult result = library_result("B005", kWalResetAdvisory);
  const Advisory& known = advisory(kWalResetAdvisory);
  result.claimed = "not affected";
  result.documentation = known.source;
  if (!known.met_by(set)) {
    result.verdict = Verdict::Skipped;
    result.reason = "the set does not use WAL";
    return result;
  }
  const WalResetTrial control = try_wal_reset(directory, WalResetHook::Disarmed);
  const WalResetTrial armed =
      race == WalResetHook::Disarmed ? control : try_wal_reset(directory, race);
  using enum WalResetTrial::Outcome;
  if (control.outcome == Damaged) {
    result.verdict = Verdict::Unknown;
    result.reason = "the control is damaged without the race: " + control.finding;
    return result;
  }
  if (control.outcome == NotTried || armed.outcome == NotTried) {
    result.verdict = Verdict::Skipped;
    result.reason = fmt::format("not tried, so the version decides (B004): {}",
                                control.outcome == NotTried ? control.finding : armed.finding);
    return result;
  }
  const std::string rows = fmt::format("{} of {} rows", armed.rows_found, armed.rows_committed);
  if (armed.outcome == Clean) {
    result.observed = fmt::format("not affected: {}, sound", rows);
    const WalResetTrial simulated = try_wal_reset(directory, WalResetHook::Simulated);
    if (simulated.outcome != Damaged) {
      result.verdict = Verdict::Unknown;
      result.reason = "the damage of the bug, made by hand, was not seen either";
    }
    return result;
  }
  result.verdict = Verdict::Warning;
  result.observed = fmt::format("affected: {}, {}", rows, armed.finding);
  result.reason = known.what;
  result.consequence = "a damaged database, without an error at the time";
  result.repair =
      fmt::format("update SQLite: the fix is in {}; until then let one connection alone "
                  "write and checkpoint",
                  fixed_in(known));
  return result;
}

std::vector<CheckResult> run_library_stage(const StageContext& context) {
  const SqliteLibrary library = linked_sqlite();
  std::vector<CheckResult> results = {check_version(library, SQLITE_VERSION)};
  append(results, check_build_options(library, context.set));
  throw_if_interrupted();
  try {
    append(results, check_defaults(context.set, context.scratch));
  } catch (const Error& error) {
    results.push_back(undetermined("B003", "defaults", error));
  }
  throw_if_interrupted();
  CheckResult wal_reset;
  try {
    wal_reset = check_wal_reset(context.set, context.scratch);
  } catch (const Error& error) {
    wal_reset = undetermined("B005", kWalResetAdvisory, error);
  }
  append(results, check_advisories(library, context.set, wal_reset.verdict));
  results.push_back(std::move(wal_reset));
  return results;
}

}  // namespace pragmark

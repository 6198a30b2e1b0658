// The list is of bugs that damage a database by settings or by use that is not out of the ordinary.
// Crashes on hostile files, wrong answers of queries and damage to one index are not in it. A
// distribution may carry a fix in an older version: its own list of changes is then right, and this
// one is not. For the WAL-reset bug there is a trial instead (wal_reset.h).
#include "advisories.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "library_checks.h"
#include "pragmark/assert.h"

namespace pragmark {
namespace {

// 3.52.0 carries the fix too, but was withdrawn for other reasons.
constexpr SqliteVersion kWalResetBackports[] = {{3, 44, 6}, {3, 50, 7}};
constexpr SqliteVersion kAutoVacuumBackports[] = {{3, 18, 1}};

// What is met by what an application does, and not by its settings alone.
bool unknown_to_the_set(const PragmaSet& /*set*/) { return false; }
bool uses_wal(const PragmaSet& set) { return set.value("journal_mode") == "WAL"; }
bool keeps_journals_in_memory(const PragmaSet& set) { return set.value("temp_store") == "MEMORY"; }
bool moves_pages(const PragmaSet& set) { return set.value("auto_vacuum") != "NONE"; }

constexpr Advisory kAdvisories[] = {
    {kWalResetAdvisory,
     {3, 7, 0},
     {3, 51, 3},
     kWalResetBackports,
     "a commit that comes while another connection begins a checkpoint can make later checkpoints "
     "leave frames out: commits are lost and the database is damaged",
     "WAL mode, and two connections that write or checkpoint",
     uses_wal,
     "https://www.sqlite.org/wal.html#walresetbug"},
    {"application-page-cache",
     {3, 0, 0},
     {3, 39, 4},
     {},
     "balancing a B-tree can damage the database",
     "a page cache of the application's own (SQLITE_CONFIG_PCACHE2)",
     unknown_to_the_set,
     "https://www.sqlite.org/releaselog/3_39_4.html"},
    {"savepoint-in-memory",
     {3, 35, 0},
     {3, 37, 2},
     {},
     "ROLLBACK TO a savepoint, other changes, and then a rollback can damage the database",
     "temp_store=MEMORY, and savepoints that are rolled back",
     keeps_journals_in_memory,
     "https://www.sqlite.org/releaselog/3_37_2.html"},
    {"auto-vacuum",
     {3, 16, 0},
     {3, 19, 3},
     kAutoVacuumBackports,
     "a commit that moves pages can damage the database",
     "auto_vacuum",
     moves_pages,
     "https://www.sqlite.org/releaselog/3_19_3.html"},
    {"rbu-sync",
     {3, 0, 0},
     {3, 18, 0},
     {},
     "a power cut during an update can damage the database",
     "the RBU extension",
     unknown_to_the_set,
     "https://www.sqlite.org/releaselog/3_18_0.html"},
    {"shared-cache-close",
     {3, 0, 0},
     {3, 7, 17},
     {},
     "closing a connection while another is in the middle of a write can damage the database",
     "cache=shared",
     unknown_to_the_set,
     "https://www.sqlite.org/releaselog/3_7_17.html"},
    {"windows-crash-race",
     {3, 7, 13},
     {3, 7, 16, 2},
     {},
     "two processes that open a database right after another crashed in a commit can damage it",
     "Windows",
     unknown_to_the_set,
     "https://www.sqlite.org/releaselog/3_7_16_2.html"},
    {"wal-restart-sync",
     {3, 7, 0},
     {3, 7, 10},
     {},
     "a power cut while the WAL begins anew can damage the database",
     "WAL mode",
     uses_wal,
     "https://www.sqlite.org/releaselog/3_7_10.html"},
    {"wal-and-vacuum",
     {3, 7, 0},
     {3, 7, 5},
     {},
     "changes into and out of WAL mode with VACUUM between them can damage the database",
     "changes of journal_mode",
     unknown_to_the_set,
     "https://www.sqlite.org/releaselog/3_7_5.html"},
};

}  // namespace

std::optional<SqliteVersion> parse_version(std::string_view text) noexcept {
  SqliteVersion version;
  const std::array<int*, 4> parts = {&version.major, &version.minor, &version.patch,
                                     &version.branch};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto [rest, error] = std::from_chars(at, end, *parts[i]);
    if (error != std::errc{} || *parts[i] < 0) return std::nullopt;
    if (rest == end) return i == 0 ? std::nullopt : std::optional(version);
    if (*rest != '.') return std::nullopt;
    at = rest + 1;
  }
  return std::nullopt;
}

std::string to_string(const SqliteVersion& version) {
  const std::string text = fmt::format("{}.{}.{}", version.major, version.minor, version.patch);
  return version.branch == 0 ? text : fmt::format("{}.{}", text, version.branch);
}

std::span<const Advisory> advisories() noexcept { return kAdvisories; }

const Advisory& advisory(std::string_view id) noexcept {
  const auto* found = std::ranges::find(kAdvisories, id, &Advisory::id);
  PRAGMARK_ASSERT(found != std::end(kAdvisories));
  return *found;
}

bool affects(const Advisory& advisory, const SqliteVersion& version) noexcept {
  if (version < advisory.first || version >= advisory.fixed) return false;
  return std::ranges::none_of(advisory.backports, [&](const SqliteVersion& backport) {
    return version.major == backport.major && version.minor == backport.minor &&
           version >= backport;
  });
}

std::string fixed_in(const Advisory& advisory) {
  std::string text = to_string(advisory.fixed) + " and newer";
  std::string others;
  for (const SqliteVersion& backport : advisory.backports) {
    others += fmt::format("{}{}", others.empty() ? ", and " : ", ", to_string(backport));
  }
  return text + others;
}

std::vector<CheckResult> check_advisories(const SqliteLibrary& library, const PragmaSet& set,
                                          Verdict wal_reset) {
  std::vector<CheckResult> results;
  const std::optional<SqliteVersion> version = parse_version(library.version);
  for (const Advisory& known : kAdvisories) {
    if (!version || !affects(known, *version)) continue;
    CheckResult result = library_result("B004", known.id);
    result.claimed = "not affected";
    result.observed = "affected by version " + library.version;
    result.reason =
        fmt::format("{}; needs {}; fixed in {}", known.what, known.needs, fixed_in(known));
    result.documentation = known.source;
    const bool tried = wal_reset == Verdict::Pass || wal_reset == Verdict::Warning;
    if (known.id == kWalResetAdvisory && tried) {
      result.verdict = Verdict::Skipped;
      result.reason = "B005 tried it on the library itself";
    } else if (known.met_by(set)) {
      result.verdict = Verdict::Warning;
      result.consequence = "a damaged database";
      result.repair = "update SQLite to " + fixed_in(known);
    }
    results.push_back(std::move(result));
  }
  if (results.empty()) {
    CheckResult result = library_result("B004", "advisories");
    result.claimed = "none applies";
    result.observed = fmt::format("{} known, none of {}", std::size(kAdvisories), library.version);
    if (!version) {
      result.observed.reset();
      result.verdict = Verdict::Warning;
      result.reason = fmt::format("{} is no version number", library.version);
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace pragmark

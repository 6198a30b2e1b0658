// The build options that change what settings mean: what SQLite's own build has, what the option
// changes, and which claims of a set it voids. An option that only adds functions, limits sizes or
// tells how it was compiled is not here. Source: https://www.sqlite.org/compile.html.
//
// SQLite lists DEFAULT_AUTOVACUUM and DEFAULT_RECURSIVE_TRIGGERS without their value; what they
// change shows in check_defaults().
#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "library_checks.h"

namespace pragmark {
namespace {

constexpr std::string_view kSet = "set";  // the value of an option that has none
constexpr std::string_view kNotSet = "not set";

struct BuildOption {
  std::string_view name;
  std::string_view own;      // in SQLite's own build
  std::string_view changes;  // what the option changes
  // What the set claims and does not get with this value; empty for nothing.
  std::string (*voids)(const PragmaSet& set, std::string_view value);
};

std::string nothing(const PragmaSet& /*set*/, std::string_view /*value*/) { return ""; }
std::string everything(const PragmaSet& /*set*/, std::string_view /*value*/) {
  return "every setting";
}

// The setting, where the set names it with one of these values.
template <typename... Values>
std::string claimed_as(const PragmaSet& set, std::string_view name, Values... values) {
  const Setting* said = set.find(name);
  const bool claimed = said != nullptr && ((said->value == values) || ...);
  return claimed ? fmt::format("{}={}", name, said->value) : "";
}

std::string temp_store(const PragmaSet& set, std::string_view value) {
  if (value == "0") return claimed_as(set, "temp_store", "MEMORY");
  if (value == "3") return claimed_as(set, "temp_store", "FILE");
  return "";
}

// Decimal or, as MAX_MMAP_SIZE is written, hexadecimal.
std::optional<std::int64_t> number_of(std::string_view value) {
  const bool hexadecimal = value.starts_with("0x");
  if (hexadecimal) value.remove_prefix(2);
  std::int64_t number = 0;
  const auto [rest, error] =
      std::from_chars(value.data(), value.data() + value.size(), number, hexadecimal ? 16 : 10);
  return error == std::errc{} ? std::optional(number) : std::nullopt;
}

std::string more_than(const PragmaSet& set, std::string_view name, std::string_view maximum) {
  const Setting* said = set.find(name);
  if (said == nullptr) return "";
  const bool more = number_of(said->value).value_or(0) > number_of(maximum).value_or(0);
  return more ? fmt::format("{}={}", name, said->value) : "";
}
std::string mmap_size(const PragmaSet& set, std::string_view maximum) {
  return more_than(set, "mmap_size", maximum);
}
std::string threads(const PragmaSet& set, std::string_view maximum) {
  return more_than(set, "threads", maximum);
}

std::string wal(const PragmaSet& set, std::string_view /*value*/) {
  return claimed_as(set, "journal_mode", "WAL");
}
std::string foreign_keys(const PragmaSet& set, std::string_view /*value*/) {
  return claimed_as(set, "foreign_keys", "ON");
}
std::string auto_vacuum(const PragmaSet& set, std::string_view /*value*/) {
  return claimed_as(set, "auto_vacuum", "FULL", "INCREMENTAL");
}
std::string automatic_index(const PragmaSet& set, std::string_view /*value*/) {
  return claimed_as(set, "automatic_index", "ON");
}
// The journal's directory entry is not synced: FULL and EXTRA in the modes that make or delete one.
std::string directory_syncs(const PragmaSet& set, std::string_view /*value*/) {
  return set.value("journal_mode") == "WAL" ? "" : claimed_as(set, "synchronous", "FULL", "EXTRA");
}
std::string one_thread(const PragmaSet& /*set*/, std::string_view value) {
  return value == "0" ? "every setting, as soon as there are two threads" : "";
}

constexpr BuildOption kOptions[] = {
    {"DEFAULT_SYNCHRONOUS", "2", "synchronous where a set is silent", nothing},
    {"DEFAULT_WAL_SYNCHRONOUS", "2", "synchronous where a set with journal_mode=WAL is silent",
     nothing},
    {"EXTRA_DURABLE", kNotSet, "synchronous is EXTRA where a set is silent", nothing},
    {"DEFAULT_FOREIGN_KEYS", kNotSet, "foreign_keys is ON where a set is silent", nothing},
    {"DEFAULT_CACHE_SIZE", "-2000", "cache_size where a set is silent", nothing},
    {"DEFAULT_PAGE_SIZE", "4096", "page_size where a set is silent", nothing},
    {"DEFAULT_MMAP_SIZE", "0", "mmap_size where a set is silent", nothing},
    {"DEFAULT_LOCKING_MODE", "0", "locking_mode where a set is silent: 1 is EXCLUSIVE", nothing},
    {"DEFAULT_WAL_AUTOCHECKPOINT", "1000", "wal_autocheckpoint where a set is silent", nothing},
    {"DEFAULT_JOURNAL_SIZE_LIMIT", "-1", "journal_size_limit where a set is silent", nothing},
    {"DEFAULT_WORKER_THREADS", "0", "threads where a set is silent", nothing},
    {"DEFAULT_CKPTFULLFSYNC", kNotSet, "checkpoint_fullfsync is ON where a set is silent", nothing},
    {"SECURE_DELETE", kNotSet,
     "secure_delete is ON where a set is silent: deleted content is overwritten, with more writes",
     nothing},
    {"TEMP_STORE", "1",
     "0 always uses files and 3 always memory, whatever temp_store says; 2 is memory by default",
     temp_store},
    {"MAX_MMAP_SIZE", "0x7fff0000", "no mmap_size is larger; 0 is no memory-mapped I/O", mmap_size},
    {"MAX_WORKER_THREADS", "8", "no threads is larger", threads},
    {"THREADSAFE", "1",
     "2: no mutex in a connection, which one thread at a time may use; 0: no mutex at all",
     one_thread},
    {"DEFAULT_MEMSTATUS", "1", "0: memory is not counted, which saves a mutex in each allocation",
     nothing},
    {"USE_URI", kNotSet, "a name that begins with file: is a URI: cache=shared in it is heard",
     nothing},
    {"ENABLE_SETLK_TIMEOUT", kNotSet, "busy_timeout waits in the lock instead of asking again",
     nothing},
    {"ENABLE_BATCH_ATOMIC_WRITE", kNotSet, "no rollback journal on F2FS, and other syncs", nothing},
    {"ENABLE_ATOMIC_WRITE", kNotSet, "no rollback journal on disks that write atomically", nothing},
    {"POWERSAFE_OVERWRITE", "1", "0: a power cut is expected to damage bytes beside those written",
     nothing},
    {"NO_SYNC", kNotSet, "nothing is ever synced: a power cut can damage the database", everything},
    {"DISABLE_DIRSYNC", kNotSet, "a directory is never synced: a deleted journal may come back",
     directory_syncs},
    {"OMIT_WAL", kNotSet, "there is no WAL", wal},
    {"OMIT_FOREIGN_KEY", kNotSet, "references are not enforced", foreign_keys},
    {"OMIT_TRIGGER", kNotSet, "there are no triggers, and references are not enforced",
     foreign_keys},
    {"OMIT_AUTOVACUUM", kNotSet, "there is no auto_vacuum", auto_vacuum},
    {"OMIT_AUTOMATIC_INDEX", kNotSet, "joins build no index", automatic_index},
    {"OMIT_SHARED_CACHE", kNotSet, "cache=shared has no effect", nothing},
    {"OMIT_LOOKASIDE", kNotSet, "a connection has no memory of its own: more allocations", nothing},
    {"OMIT_INTEGRITY_CHECK", kNotSet, "integrity_check finds nothing", nothing},
    {"OMIT_PRAGMA", kNotSet, "no setting takes effect", everything},
    {"OMIT_PAGER_PRAGMAS", kNotSet, "synchronous, cache_size, journal_mode and others do nothing",
     everything},
    {"OMIT_FLAG_PRAGMAS", kNotSet, "foreign_keys and other settings that are ON or OFF do nothing",
     foreign_keys},
};

CheckResult judge(const BuildOption& option, std::string_view value, const PragmaSet& set) {
  CheckResult result = library_result("B002", option.name);
  result.claimed = option.own;
  result.read_back = value;
  result.reason = option.changes;
  result.documentation = "https://www.sqlite.org/compile.html";
  const std::string voided = option.voids(set, value);
  if (!voided.empty()) {
    result.verdict = Verdict::Warning;
    result.consequence = fmt::format("the library voids {}", voided);
    result.repair = fmt::format("use a library built without SQLITE_{}{}", option.name,
                                value == kSet ? "" : fmt::format("={}", value));
  }
  return result;
}

}  // namespace

// SQLite lists "NAME=VALUE", or "NAME" for an option without a value.
std::string_view value_of_build_option(const SqliteLibrary& library, std::string_view name) {
  for (const std::string_view option : library.compile_options) {
    if (option == name) return kSet;
    if (option.starts_with(name) && option[name.size()] == '=') {
      return option.substr(name.size() + 1);
    }
  }
  return "";
}

std::string_view effect_of_build_option(std::string_view option) {
  const auto* known =
      std::ranges::find(kOptions, option.substr(0, option.find('=')), &BuildOption::name);
  return known == std::end(kOptions) ? std::string_view() : known->changes;
}

std::vector<CheckResult> check_build_options(const SqliteLibrary& library, const PragmaSet& set) {
  std::vector<CheckResult> results;
  for (const BuildOption& option : kOptions) {
    std::string_view value = value_of_build_option(library, option.name);
    // Older versions do not list an option with a value while it is SQLite's own.
    if (value.empty()) value = option.own;
    // A limit that is SQLite's own may still be less than the set asks for.
    const bool too_low = value != kNotSet && !option.voids(set, value).empty();
    if (value != option.own || too_low) results.push_back(judge(option, value, set));
  }
  if (results.empty()) {
    CheckResult result = library_result("B002", "build options");
    result.claimed = "as SQLite's own";
    result.read_back = "as SQLite's own";
    results.push_back(std::move(result));
  }
  if (library.compile_options.empty()) {
    CheckResult result = library_result("B002", "build options");
    result.claimed = "listed";
    result.verdict = Verdict::Warning;
    result.reason = "the library does not tell how it was built (OMIT_COMPILEOPTION_DIAGS)";
    results = {std::move(result)};
  }
  return results;
}

}  // namespace pragmark

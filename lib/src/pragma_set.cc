#include "pragmark/pragma_set.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "builtin_sets.h"
#include "pragmark/assert.h"
#include "pragmark/error.h"
#include "text.h"

namespace pragmark {
namespace {

// The value of a comment line "-- key: value"; empty when there is none.
std::string header(std::string_view sql, std::string_view key) {
  const std::string marker = fmt::format("-- {}: ", key);
  const std::size_t at = sql.find(marker);
  if (at == std::string_view::npos) return "";
  const std::string_view rest = sql.substr(at + marker.size());
  return std::string(text::trim(rest.substr(0, rest.find('\n'))));
}

std::string known_names() {
  std::string names;
  for (const BuiltinSet& set : builtin_sets()) {
    if (!names.empty()) names += ", ";
    names += set.name;
  }
  return names;
}

}  // namespace

std::string_view to_string(DurabilityClass durability) noexcept {
  switch (durability) {
    case DurabilityClass::PowerSafe: return "power-safe";
    case DurabilityClass::ProcessSafe: return "process-safe";
    case DurabilityClass::Unsafe: return "unsafe";
  }
  return "";
}

PragmaSet PragmaSet::from_script(std::string_view name, std::string_view sql,
                                 std::string_view origin) {
  PragmaSet set;
  set.name_ = name;
  set.source_ = header(sql, "source");
  set.description_ = header(sql, "description");
  set.settings_ = parse_pragma_script(sql, origin);
  return set;
}

PragmaSet PragmaSet::named_or_file(std::string_view base) {
  for (const BuiltinSet& builtin : builtin_sets()) {
    if (builtin.name == base) return from_script(builtin.name, builtin.sql, builtin.name);
  }
  const std::filesystem::path path(base);
  if (path.extension() != ".sql") {
    throw Error::usage(fmt::format("unknown PRAGMA set {}: the known ones are {}, or give a path "
                                   "to a .sql file",
                                   base.empty() ? "(empty)" : base, known_names()));
  }
  const std::string stem = path.stem().string();
  const bool taken =
      std::ranges::any_of(builtin_sets(), [&](const BuiltinSet& set) { return set.name == stem; });
  if (taken) {
    throw Error::usage(
        fmt::format("{} would be named {} like the built-in set; rename the file", base, stem));
  }
  std::ifstream file(path);
  if (!std::filesystem::is_regular_file(path) || !file) {
    throw Error::usage(fmt::format("cannot read the PRAGMA set {}: is the path right?", base));
  }
  const std::string sql((std::istreambuf_iterator<char>(file)), {});
  PragmaSet set = from_script(stem, sql, base);
  if (set.settings_.empty()) {
    throw Error::usage(fmt::format("{} holds no setting: write lines of the form "
                                   "PRAGMA name = value;",
                                   base));
  }
  if (set.source_.empty()) set.source_ = base;
  return set;
}

PragmaSet PragmaSet::parse(std::string_view set) {
  // A path may hold a plus sign: the changes begin behind its .sql.
  const std::size_t path_end = set.find(".sql");
  std::size_t plus = set.find('+', path_end == std::string_view::npos ? 0 : path_end);
  PragmaSet result = named_or_file(set.substr(0, plus));
  while (plus != std::string_view::npos) {
    const std::size_t next = set.find('+', plus + 1);
    const std::string_view change = set.substr(plus + 1, next - plus - 1);
    const std::size_t equals = change.find('=');
    if (equals == std::string_view::npos) {
      throw Error::usage(fmt::format("{}: after + comes setting=value, not \"{}\"", set, change));
    }
    try {
      result = result.with(change.substr(0, equals), change.substr(equals + 1));
    } catch (const Error& error) {
      throw Error::usage(fmt::format("{}: {}", set, error.what()));
    }
    plus = next;
  }
  return result;
}

PragmaSet PragmaSet::with(std::string_view name, std::string_view value) const {
  Setting setting = parse_setting(name, value);
  PragmaSet changed = *this;
  changed.name_ += fmt::format("+{}={}", setting.spec->name, setting.value);
  changed.set(std::move(setting));
  return changed;
}

std::vector<PragmaSet> PragmaSet::all() {
  std::vector<PragmaSet> sets;
  for (const BuiltinSet& set : builtin_sets()) sets.push_back(parse(set.name));
  std::ranges::sort(sets, {}, [](const PragmaSet& set) { return set.name(); });
  return sets;
}

void PragmaSet::set(Setting setting) {
  const auto old = std::ranges::find(settings_, setting.spec, &Setting::spec);
  if (old == settings_.end()) {
    settings_.push_back(std::move(setting));
  } else {
    *old = std::move(setting);
  }
}

const Setting* PragmaSet::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(settings_, find_pragma(name), &Setting::spec);
  return found == settings_.end() ? nullptr : &*found;
}

std::string_view PragmaSet::value(std::string_view name) const {
  const PragmaSpec* spec = find_pragma(name);
  PRAGMARK_ASSERT(spec != nullptr);
  const Setting* said = find(name);
  return said == nullptr ? spec->default_value : std::string_view(said->value);
}

// The matrix of https://www.sqlite.org/pragma.html#pragma_synchronous. FULL in DELETE mode is
// "maybe not durable": the directory entry of the deleted journal is not synced, so that a power
// cut may bring the journal back and roll the last commit back; only EXTRA syncs the directory.
// NORMAL in the rollback modes is "maybe not consistent".
DurabilityClass PragmaSet::durability() const {
  const std::string_view journal = value("journal_mode");
  const std::string_view synchronous = value("synchronous");
  if (journal == "OFF" || journal == "MEMORY" || synchronous == "OFF") {
    return DurabilityClass::Unsafe;
  }
  if (synchronous == "NORMAL") {
    return journal == "WAL" ? DurabilityClass::ProcessSafe : DurabilityClass::Unsafe;
  }
  return journal == "DELETE" && synchronous == "FULL" ? DurabilityClass::ProcessSafe
                                                      : DurabilityClass::PowerSafe;
}

std::string PragmaSet::to_sql() const {
  std::string sql;
  for (const Phase phase : kPhases) {
    for (const Setting& setting : settings_) {
      if (setting.spec->phase == phase) sql += setting.to_sql() + "\n";
    }
  }
  return sql;
}

}  // namespace pragmark

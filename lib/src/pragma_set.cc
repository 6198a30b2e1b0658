#include "pragmark/pragma_set.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fmt/format.h>

#include "builtin_sets.h"
#include "pragmark/assert.h"
#include "pragmark/error.h"
#include "text.h"

namespace pragmark {
namespace {

// The values of the comment lines "-- key: value".
std::vector<std::string> headers(std::string_view sql, std::string_view key) {
  const std::string marker = fmt::format("-- {}: ", key);
  std::vector<std::string> values;
  for (std::size_t begin = 0; begin < sql.size();) {
    const std::size_t end = std::min(sql.find('\n', begin), sql.size());
    const std::string_view line = text::trim(sql.substr(begin, end - begin));
    if (line.starts_with(marker)) values.emplace_back(text::trim(line.substr(marker.size())));
    begin = end + 1;
  }
  return values;
}

// The first of them; empty when there is none.
std::string header(std::string_view sql, std::string_view key) {
  const std::vector<std::string> values = headers(sql, key);
  return values.empty() ? "" : values.front();
}

// Words further apart than this are not offered.
constexpr std::size_t kNearEdits = 3;

// What to do about a name that is not there. There are too many sets to list them all.
std::string next_step(std::string_view name) {
  const auto distance = [&](const BuiltinSet& set) { return text::edit_distance(set.name, name); };
  const auto nearest = std::ranges::min_element(builtin_sets(), {}, distance);
  return fmt::format("{}`pragmark sets` lists what there is, production and {} others; or give a "
                     "path to a .sql file",
                     distance(*nearest) <= kNearEdits && !name.empty()
                         ? fmt::format("did you mean {}? ", nearest->name)
                         : "",
                     builtin_sets().size() - 1);
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
  set.notes_ = headers(sql, "note");
  for (const std::string& text : headers(sql, "driver-option")) set.add_driver_option(text, origin);
  return set;
}

// "DEFAULT_WAL_SYNCHRONOUS=1 (synchronous)", the setting in parentheses being optional.
void PragmaSet::add_driver_option(std::string_view text, std::string_view origin) {
  DriverOption added{std::string(text), ""};
  const std::size_t open = text.find(" (");
  if (open != std::string_view::npos && text.ends_with(')')) {
    added.option = text.substr(0, open);
    added.setting = text.substr(open + 2, text.size() - open - 3);
    if (find_pragma(added.setting) == nullptr || find(added.setting) == nullptr) {
      throw Error::usage(
          fmt::format("{}: driver-option {} is said to set {}, which the set does not "
                      "have",
                      origin, added.option, added.setting));
    }
  }
  driver_options_.push_back(std::move(added));
}

PragmaSet PragmaSet::named_or_file(std::string_view base) {
  for (const BuiltinSet& builtin : builtin_sets()) {
    if (builtin.name == base) return from_script(builtin.name, builtin.sql, builtin.name);
  }
  const std::filesystem::path path(base);
  if (path.extension() != ".sql") {
    throw Error::usage(
        fmt::format("unknown PRAGMA set {}: {}", base.empty() ? "(empty)" : base, next_step(base)));
  }
  const std::string stem = path.stem().string();
  const bool taken =
      std::ranges::any_of(builtin_sets(), [&](const BuiltinSet& set) { return set.name == stem; });
  if (taken) {
    throw Error::usage(
        fmt::format("{} would be named {} like the built-in set; rename the file", base, stem));
  }
  std::error_code unseen;  // opening a FIFO would wait for a writer
  std::ifstream file;
  if (std::filesystem::is_regular_file(path, unseen)) file.open(path);
  if (!file.is_open()) {
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

// A setting that is asked for owes its value to nobody else.
void PragmaSet::set(Setting setting) {
  for (DriverOption& option : driver_options_) {
    if (option.setting == setting.spec->name) option.setting.clear();
  }
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

std::string_view PragmaSet::by_driver_option(std::string_view setting) const noexcept {
  const auto found = std::ranges::find(driver_options_, setting, &DriverOption::setting);
  return found == driver_options_.end() ? std::string_view() : std::string_view(found->option);
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

PragmaSet PragmaSet::without_driver_options() const {
  PragmaSet plain = *this;
  std::erase_if(plain.settings_, [&](const Setting& setting) {
    return !by_driver_option(setting.spec->name).empty();
  });
  plain.driver_options_.clear();
  return plain;
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

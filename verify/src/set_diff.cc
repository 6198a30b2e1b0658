#include "pragmark/verify/set_diff.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "library/library_checks.h"
#include "pragmark/connection.h"
#include "pragmark/pragma.h"
#include "pragmark/verify/report_format.h"
#include "pragmark/verify/sqlite_library.h"

namespace pragmark {
namespace {

using Json = nlohmann::ordered_json;
using Origin = SideOfDiff::Origin;

// What the linked library does where `set` is silent; empty when it is what SQLite documents.
std::string default_here(const PragmaSpec& spec, const PragmaSet& set, Connection& fresh) {
  std::optional<std::string> here = read_back(fresh.handle(), spec);
  if (spec.name == "synchronous" && set.value("journal_mode") == "WAL") {
    // An in-memory database has no WAL to read it from.
    const SqliteLibrary library = linked_sqlite();  // the answer below is a view into it
    const std::string_view number = value_of_build_option(library, "DEFAULT_WAL_SYNCHRONOUS");
    if (!number.empty()) here = parse_setting(spec.name, number).value;
  }
  // These have another value in memory than on disk.
  if (spec.name == "journal_mode" || spec.name == "locking_mode" || spec.name == "mmap_size") {
    return "";
  }
  return here.value_or("") == spec.default_value ? "" : here.value_or("");
}

SideOfDiff side_of(const PragmaSpec& spec, const PragmaSet& set, Connection& fresh) {
  SideOfDiff side;
  side.value = set.value(spec.name);
  side.driver_option = set.by_driver_option(spec.name);
  if (!side.driver_option.empty()) {
    side.origin = Origin::DriverOption;
    side.without = spec.default_value;
  } else if (set.find(spec.name) != nullptr) {
    side.origin = Origin::Set;
  } else {
    side.here = default_here(spec, set, fresh);
  }
  return side;
}

std::string bytes_in_words(double bytes) {
  constexpr std::array<std::string_view, 4> kUnits = {"bytes", "KiB", "MiB", "GiB"};
  constexpr double kStep = 1024;
  std::size_t unit = 0;
  while (bytes >= kStep && unit + 1 < kUnits.size()) {
    bytes /= kStep;
    ++unit;
  }
  return fmt::format("{:.4g} {}", bytes, kUnits[unit]);
}

// "134217728 (128 MiB)", "5000 ms", "FULL".
std::string in_words(const PragmaSpec& spec, const std::string& value, const PragmaSet& set) {
  if (spec.kind != ValueKind::Integer) return value;
  const double number = std::strtod(value.c_str(), nullptr);
  constexpr double kWorthIt = 1024 * 1024;
  switch (spec.unit) {
    case Unit::Bytes:
      return number < kWorthIt ? value : fmt::format("{} ({})", value, bytes_in_words(number));
    case Unit::PagesOrKibibytes: {
      const double page = std::strtod(std::string(set.value("page_size")).c_str(), nullptr);
      const double bytes = number < 0 ? -number * 1024 : number * page;
      return fmt::format("{} ({}{})", value, number < 0 ? "" : "pages, ", bytes_in_words(bytes));
    }
    case Unit::Milliseconds:
    case Unit::Pages:
    case Unit::Threads:
    case Unit::Rows: return fmt::format("{} {}", value, to_string(spec.unit));
    case Unit::None: break;
  }
  return value;
}

// A table whose last column is not padded.
class Table {
 public:
  void add(std::array<std::string, 4> row) {
    for (std::string& cell : row) cell = printable(cell);
    for (std::size_t i = 0; i + 1 < row.size(); ++i)
      widths_[i] = std::max(widths_[i], row[i].size());
    rows_.push_back(std::move(row));
  }
  [[nodiscard]] std::string text() const {
    std::string all;
    for (const auto& row : rows_) {
      std::string line;
      for (std::size_t i = 0; i + 1 < row.size(); ++i) {
        line += fmt::format("{:<{}}  ", row[i], widths_[i]);
      }
      line += row.back();
      all += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return all;
  }

 private:
  std::vector<std::array<std::string, 4>> rows_;
  std::array<std::size_t, 4> widths_{};
};

std::string cell(const SettingDiff& setting, std::size_t index, const SetDiff& diff) {
  const SideOfDiff& side = setting.sides[index];
  const std::string words = in_words(*setting.spec, side.value, diff.sets[index]);
  switch (side.origin) {
    case Origin::Set: return words;
    case Origin::DriverOption: return words + " *";
    case Origin::Default: break;
  }
  return side.here.empty() ? fmt::format("[{}]", words)
                           : fmt::format("[{}; here {}]", words, side.here);
}

// What stands behind the marks of one set, and what it does beyond settings.
std::string details(const SetDiff& diff, std::size_t index) {
  const PragmaSet& set = diff.sets[index];
  std::string text =
      fmt::format("\n{}: {}\n  source: {}\n", set.name(), set.description(), set.source());
  for (const SettingDiff& setting : diff.settings) {
    const SideOfDiff& side = setting.sides[index];
    if (side.origin != Origin::DriverOption) continue;
    text += fmt::format("  * {}={} by the driver's build option {}; {} without it\n",
                        setting.spec->name, side.value, side.driver_option, side.without);
  }
  const DurabilityClass plain = set.without_driver_options().durability();
  if (plain != set.durability()) {
    text += fmt::format("  * durability {}; {} without the driver's build options\n",
                        to_string(set.durability()), to_string(plain));
  }
  for (const DriverOption& option : set.driver_options()) {
    if (!option.setting.empty()) continue;
    const std::string_view effect = effect_of_build_option(option.option);
    text += fmt::format("  the driver is built with {}{}{}\n", option.option,
                        effect.empty() ? "" : ": ", effect);
  }
  for (const std::string& note : set.notes()) text += fmt::format("  {}\n", note);
  return text;
}

Json json_of(const PragmaSet& set) {
  Json options = Json::array();
  for (const DriverOption& option : set.driver_options()) {
    options.push_back({{"option", printable(option.option)},
                       {"setting", option.setting},
                       {"effect", effect_of_build_option(option.option)}});
  }
  Json notes = Json::array();
  for (const std::string& note : set.notes()) notes.push_back(printable(note));
  return {
      {"name", printable(set.name())},
      {"source", printable(set.source())},
      {"description", printable(set.description())},
      {"durability", to_string(set.durability())},
      {"durability_without_driver_options", to_string(set.without_driver_options().durability())},
      {"driver_options", std::move(options)},
      {"notes", std::move(notes)}};
}

Json json_of(const SideOfDiff& side) {
  Json json = {{"value", side.value}, {"origin", to_string(side.origin)}};
  if (side.origin == Origin::DriverOption) {
    json["driver_option"] = printable(side.driver_option);
    json["without"] = side.without;
  }
  if (!side.here.empty()) json["linked_library"] = side.here;
  return json;
}

}  // namespace

std::string_view to_string(SideOfDiff::Origin origin) noexcept {
  switch (origin) {
    case Origin::Set: return "set";
    case Origin::DriverOption: return "driver-option";
    case Origin::Default: return "default";
  }
  return "";
}

SetDiff compare_sets(const PragmaSet& a, const PragmaSet& b) {
  Connection fresh = Connection::open({.path = ":memory:", .kind = ConnectionKind::InMemory});
  SetDiff diff{{a, b}, {}};
  for (const PragmaSpec& spec : pragma_table()) {
    if (a.find(spec.name) == nullptr && b.find(spec.name) == nullptr) continue;
    diff.settings.push_back({&spec, {side_of(spec, a, fresh), side_of(spec, b, fresh)}});
  }
  return diff;
}

std::string to_text(const SetDiff& diff) {
  const auto& [a, b] = diff.sets;
  Table table;
  table.add({"", "setting", a.name(), b.name()});
  const bool same = a.durability() == b.durability();
  table.add({same ? "" : "!", "durability", std::string(to_string(a.durability())),
             std::string(to_string(b.durability()))});
  for (const SettingDiff& setting : diff.settings) {
    table.add({setting.same() ? "" : "!", std::string(setting.spec->name), cell(setting, 0, diff),
               cell(setting, 1, diff)});
  }
  return table.text() +
         "\n! differs   [ ] the set is silent: SQLite's default   * by a build option of "
         "the driver\n" +
         printable(details(diff, 0) + details(diff, 1));
}

std::string to_json(const SetDiff& diff) {
  Json settings = Json::array();
  for (const SettingDiff& setting : diff.settings) {
    settings.push_back({{"name", setting.spec->name},
                        {"unit", to_string(setting.spec->unit)},
                        {"default", setting.spec->default_value},
                        {"same", setting.same()},
                        {"a", json_of(setting.sides[0])},
                        {"b", json_of(setting.sides[1])}});
  }
  const Json json = {{"schema", "pragmark.sets-diff/1"},
                     {"a", json_of(diff.sets[0])},
                     {"b", json_of(diff.sets[1])},
                     {"sqlite_version", linked_sqlite().version},
                     {"settings", std::move(settings)}};
  constexpr int kIndent = 2;
  return json.dump(kIndent) + "\n";
}

}  // namespace pragmark

// Two PRAGMA sets side by side: what each says, what SQLite does where one is silent, and what the
// build of a driver or of the linked library makes of that.
//
//   SetDiff diff = compare_sets(PragmaSet::parse("rails-8"), PragmaSet::parse("better-sqlite3"));
//   std::string text = to_text(diff);
//
// It compares what is documented; whether a set is in effect somewhere, verify() finds out.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/pragma_set.h"

namespace pragmark {

// One setting in one of the sets.
struct SideOfDiff {
  enum class Origin {
    Set,           // the set names it
    DriverOption,  // a build option of the driver gives it
    Default,       // the set is silent: SQLite's documented default
  };
  std::string value;
  Origin origin = Origin::Default;
  std::string driver_option;  // with DriverOption: which
  std::string without;        // with DriverOption: the value with another build of SQLite
  std::string here;           // with Default: the linked library's default where it is another one
};

[[nodiscard]] std::string_view to_string(SideOfDiff::Origin origin) noexcept;  // "set", ..

struct SettingDiff {
  const PragmaSpec* spec;  // never null; static storage
  std::array<SideOfDiff, 2> sides;
  [[nodiscard]] bool same() const noexcept { return sides[0].value == sides[1].value; }
};

struct SetDiff {
  std::array<PragmaSet, 2> sets;
  std::vector<SettingDiff> settings;  // that one of the two says, in the order of application
};

// Throws Error when SQLite does not tell its defaults.
[[nodiscard]] SetDiff compare_sets(const PragmaSet& a, const PragmaSet& b);

[[nodiscard]] std::string to_text(const SetDiff& diff);
// Schema "pragmark.sets-diff/1".
[[nodiscard]] std::string to_json(const SetDiff& diff);

}  // namespace pragmark

// A PRAGMA set: a named, ordered list of settings, with the source that it was taken from.
//
//   PragmaSet set = PragmaSet::parse("production+synchronous=FULL");
//   set.name();        // "production+synchronous=FULL", the benchmark's name
//   set.durability();  // DurabilityClass::PowerSafe
//
// Named sets are the files of lib/sets/*.sql, built in; to add one, add a file there. Comment lines
// at their head say what statements cannot:
//
//   -- description: one line
//   -- source: where it comes from, and which version of it
//   -- driver-option: DEFAULT_WAL_SYNCHRONOUS=1 (synchronous)   an option of the driver's SQLite,
//   and
//                     the setting that has its value in this set by it
//   -- note: what the source does beyond settings               any number of these
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/pragma.h"

namespace pragmark {

// What a crash may cost, by SQLite's documentation of synchronous and journal_mode
// (https://www.sqlite.org/pragma.html#pragma_synchronous). Documented, not measured.
enum class DurabilityClass {
  PowerSafe,    // an acknowledged commit survives a power cut
  ProcessSafe,  // survives a killed process; the last commits may be lost with the power
  Unsafe,       // a crash may corrupt the database
};

[[nodiscard]] std::string_view to_string(DurabilityClass durability) noexcept;  // "power-safe"

// An option that the driver builds its SQLite with, so that the same statements mean another thing
// there.
struct DriverOption {
  std::string option;   // "DEFAULT_WAL_SYNCHRONOUS=1"
  std::string setting;  // that has its value in the set by this option; empty where a statement of
                        // the driver says it, or where the option is about no setting
};

// Owns:    its settings.
// Threads: immutable after construction; share freely.
// Errors:  parse() and with() throw Error (kind Usage), the rest nothing.
class PragmaSet {
 public:
  // SET is NAME, NAME+setting=value+.., or a path to a `.sql` file of PRAGMA statements.
  [[nodiscard]] static PragmaSet parse(std::string_view set);
  // Every built-in set, ordered by name.
  [[nodiscard]] static std::vector<PragmaSet> all();

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  // Where the set comes from and which version of it, in one line.
  [[nodiscard]] const std::string& source() const noexcept { return source_; }
  [[nodiscard]] const std::string& description() const noexcept { return description_; }
  [[nodiscard]] std::span<const Setting> settings() const noexcept { return settings_; }
  // What the source does beyond settings: waiting by other means, BEGIN, cache=shared.
  [[nodiscard]] std::span<const std::string> notes() const noexcept { return notes_; }
  [[nodiscard]] std::span<const DriverOption> driver_options() const noexcept {
    return driver_options_;
  }
  // The option to which a setting of the set owes its value; empty for none.
  [[nodiscard]] std::string_view by_driver_option(std::string_view setting) const noexcept;
  // The value of a setting, or SQLite's documented default where the set is silent.
  // REQUIRES: find_pragma(name) is not null.
  [[nodiscard]] std::string_view value(std::string_view name) const;
  // What the set says of it; null where it is silent.
  [[nodiscard]] const Setting* find(std::string_view name) const noexcept;
  [[nodiscard]] DurabilityClass durability() const;
  // This set with one setting changed or added; its name says so ("production+cache_size=0").
  // Throws Error (kind Usage) as parse_setting() does.
  [[nodiscard]] PragmaSet with(std::string_view name, std::string_view value) const;
  // What the same statements mean with an SQLite that is not built as the driver builds it.
  [[nodiscard]] PragmaSet without_driver_options() const;
  // Statements to paste, one a line, in the order in which pragmark applies them.
  [[nodiscard]] std::string to_sql() const;

 private:
  PragmaSet() = default;
  static PragmaSet from_script(std::string_view name, std::string_view sql,
                               std::string_view origin);
  static PragmaSet named_or_file(std::string_view base);
  void set(Setting setting);
  void add_driver_option(std::string_view text, std::string_view origin);

  std::string name_;
  std::string source_;
  std::string description_;
  std::vector<Setting> settings_;
  std::vector<std::string> notes_;
  std::vector<DriverOption> driver_options_;
};

}  // namespace pragmark

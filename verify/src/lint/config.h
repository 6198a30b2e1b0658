// Settings that are no SQL: maps named `pragmas`, in code and in configuration files, and the keys
// beside a driver or adapter that is SQLite's.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lint/source_text.h"

namespace pragmark::lint {

struct ConfigEntry {
  std::string key;    // as written; empty for an entry that is one string, "name = value"
  std::string value;  // without quotes; empty when it is made at run time
  std::size_t offset = 0;
  bool computed = false;
};

enum class MapKind {
  Pragmas,  // every key is meant as a setting
  Driver,   // keys of all kinds, those of settings among them
};

struct ConfigMap {
  MapKind kind = MapKind::Pragmas;
  std::vector<ConfigEntry> entries;
};

// pragmas: { journal_mode: "WAL" }, 'pragmas' => ['foreign_keys' => true], pragmas=(("a", 1),) and
// the array around 'driver' => 'sqlite'.
[[nodiscard]] std::vector<ConfigMap> bracketed_maps(std::string_view text);

// YAML, TOML, INI: by indentation and by section.
[[nodiscard]] std::vector<ConfigMap> line_maps(const SourceText& source);

// Values of a configuration file that are written without quotes, as literals.
[[nodiscard]] std::vector<Literal> unquoted_values(const SourceText& source);

// Whether a key and a value say that the settings beside them are for SQLite.
[[nodiscard]] bool names_sqlite(std::string_view key, std::string_view value);

}  // namespace pragmark::lint

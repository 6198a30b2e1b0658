// Bugs of SQLite that damage databases, by version: data with sources.
//
//   for (const Advisory& advisory : advisories()) {
//     if (affects(advisory, *parse_version("3.40.1"))) ..
//   }
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pragmark/pragma_set.h"

namespace pragmark {

struct SqliteVersion {
  int major = 0;
  int minor = 0;
  int patch = 0;
  int branch = 0;  // the last number of 3.7.16.2; SQLite has none since 3.9
  auto operator<=>(const SqliteVersion&) const = default;
};

// Empty for anything but numbers with dots: "3.40.1", "3.7.16.2", "3.53".
[[nodiscard]] std::optional<SqliteVersion> parse_version(std::string_view text) noexcept;
[[nodiscard]] std::string to_string(const SqliteVersion& version);

// All views refer to static storage.
struct Advisory {
  std::string_view id;
  SqliteVersion first;  // included
  SqliteVersion fixed;  // the first release without it
  // Releases that carry the fix as well: they and later ones with the same minor number are fine.
  std::span<const SqliteVersion> backports;
  std::string_view what;
  std::string_view needs;                // what it takes to meet it, in words
  bool (*met_by)(const PragmaSet& set);  // whether the set alone can meet it
  std::string_view source;               // URL
};

inline constexpr std::string_view kWalResetAdvisory = "wal-reset";

[[nodiscard]] std::span<const Advisory> advisories() noexcept;
// REQUIRES: there is an advisory of that name.
[[nodiscard]] const Advisory& advisory(std::string_view id) noexcept;
[[nodiscard]] bool affects(const Advisory& advisory, const SqliteVersion& version) noexcept;
// "3.51.3; also in 3.44.6 and 3.50.7".
[[nodiscard]] std::string fixed_in(const Advisory& advisory);

}  // namespace pragmark

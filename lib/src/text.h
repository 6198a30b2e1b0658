// Small operations on ASCII text that the library's parsers share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pragmark::text {

[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;
[[nodiscard]] std::string upper(std::string_view text);
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;
// The whole text as a decimal number with an optional sign; empty when anything is left over or
// when it does not fit.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;
// How many single-character edits lie between two words, case ignored (Levenshtein).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace pragmark::text

#include <algorithm>
#include <array>
#include <cstdint>

#include "pragmark/verify/report_format.h"

namespace pragmark {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// How many bytes of `text` are one well-formed character; 0 when its first byte begins none.
std::size_t character_length(std::string_view text) {
  struct Form {
    std::uint8_t mask;
    std::uint8_t lead;
    std::size_t length;
    std::uint32_t smallest;  // less is an overlong form
  };
  static constexpr std::array kForms = {Form{0x80, 0x00, 1, 0x0}, Form{0xE0, 0xC0, 2, 0x80},
                                        Form{0xF0, 0xE0, 3, 0x800}, Form{0xF8, 0xF0, 4, 0x10000}};
  const auto first = static_cast<std::uint8_t>(text[0]);
  for (const Form& form : kForms) {
    if ((first & form.mask) != form.lead) continue;
    if (text.size() < form.length) return 0;
    std::uint32_t point = first & static_cast<std::uint8_t>(~form.mask);
    for (std::size_t i = 1; i < form.length; ++i) {
      const auto next = static_cast<std::uint8_t>(text[i]);
      if ((next & 0xC0) != 0x80) return 0;
      point = (point << 6) | (next & 0x3F);
    }
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    const bool noncharacter = point == 0xFFFE || point == 0xFFFF;  // XML forbids both
    if (point < form.smallest || point > 0x10FFFF || surrogate || noncharacter) return 0;
    return form.length;
  }
  return 0;
}

// Control characters: C0 but for tab and line feed, DEL, and C1 (two bytes, C2 80 to C2 9F).
bool is_control(std::string_view character) {
  const auto first = static_cast<std::uint8_t>(character[0]);
  if (character.size() == 1)
    return (first < 0x20 && first != '\n' && first != '\t') || first == 0x7F;
  return character.size() == 2 && first == 0xC2 && static_cast<std::uint8_t>(character[1]) < 0xA0;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0) {
      clean += kReplacement;
      text.remove_prefix(1);
      continue;
    }
    const std::string_view character = text.substr(0, length);
    if (!is_control(character)) clean += character;
    text.remove_prefix(length);
  }
  return clean;
}

std::string shell_quoted(std::string_view word) {
  const bool plain = !word.empty() && std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-+=,./:@%^").find(c) != std::string_view::npos;
  });
  if (plain) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + '\'';
}

}  // namespace pragmark

// Maps by lines: YAML, TOML, INI and the like.
#include <algorithm>
#include <utility>

#include "lint/config.h"
#include "lint/statements.h"

namespace pragmark::lint {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

struct Line {
  std::size_t indent = 0;
  std::string_view key;    // without quotes; empty when the line has none
  std::string_view value;  // trimmed, without a comment
  std::size_t key_offset = 0;
  std::size_t value_offset = 0;
  std::string_view section;  // of TOML and INI: [this]
  bool blank = true;
};

std::string_view without_comment(std::string_view value) {
  if (value.starts_with('"') || value.starts_with('\'')) {
    const std::size_t closing = value.find(value.front(), 1);
    if (closing != kNone) return value.substr(0, closing + 1);
  }
  if (value.starts_with('#')) return {};
  return trimmed(value.substr(0, value.find(" #")));
}

Line read_line(std::string_view text, std::size_t offset) {
  Line line;
  const std::string_view content = trimmed(text);
  if (content.empty() || content.starts_with('#') || content.starts_with(';')) return line;
  line.blank = false;
  line.indent = text.find_first_not_of(" \t");
  if (content.starts_with('[') && content.ends_with(']')) {
    line.section = content.substr(1, content.size() - 2);
    return line;
  }
  std::size_t begin = line.indent;
  if (text.substr(begin).starts_with("- ")) begin = text.find_first_not_of(" \t", begin + 1);
  const char quote = text[begin];
  const bool quoted = quote == '"' || quote == '\'';
  const std::size_t key_end = quoted ? std::min(text.find(quote, begin + 1), text.size()) : begin;
  const std::size_t separator = text.find_first_of(":=", key_end);
  const std::string_view key = trimmed(text.substr(begin, separator - begin));
  const bool simple = separator != kNone && key.find_first_of(" ({[") == kNone;
  std::size_t value = simple ? separator + 1 : begin;
  value = std::min(text.find_first_not_of(" \t", value), text.size());
  line.value = without_comment(trimmed(text.substr(value)));
  line.value_offset = offset + value;
  if (!simple) return line;
  line.key = unquoted(key);
  line.key_offset = offset + begin;
  return line;
}

std::vector<Line> lines_of(const SourceText& source) {
  std::vector<Line> lines;
  std::size_t offset = 0;
  for (std::size_t number = 1; number <= source.line_count(); ++number) {
    const std::string_view text = source.line(number);
    lines.push_back(read_line(text, offset));
    offset += text.size() + 1;
  }
  return lines;
}

bool is_pragmas(std::string_view key) {
  const std::string word = lower(key);
  return word == "pragmas" || word == "pragma" || word.ends_with(".pragmas") ||
         word.ends_with(".pragma") || word.ends_with("_pragmas");
}

ConfigEntry entry_of(const Line& line) {
  const bool computed = line.value.empty() || !is_plain_value(line.value);
  return {std::string(line.key), computed ? "" : std::string(unquoted(line.value)), line.key_offset,
          computed};
}

// The lines below a line that are indented deeper, or up to the next section.
ConfigMap below(const std::vector<Line>& lines, std::size_t index, bool section) {
  ConfigMap map;
  for (std::size_t i = index + 1; i < lines.size(); ++i) {
    const Line& line = lines[i];
    if (line.blank) continue;
    if (section ? !line.section.empty() : line.indent <= lines[index].indent) break;
    if (!line.key.empty()) {
      map.entries.push_back(entry_of(line));
    } else if (line.section.empty() && line.value.find_first_of("=(") != kNone) {
      map.entries.push_back({"", std::string(unquoted(line.value)), line.value_offset, false});
    }
  }
  return map;
}

// The keys of the same depth around a line.
ConfigMap around(const std::vector<Line>& lines, std::size_t index) {
  const auto ends = [&](const Line& line) {
    return !line.blank && (line.indent < lines[index].indent || !line.section.empty());
  };
  std::size_t begin = index;
  while (begin > 0 && !ends(lines[begin - 1])) --begin;
  ConfigMap map{.kind = MapKind::Driver, .entries = {}};
  for (std::size_t i = begin; i < lines.size() && !ends(lines[i]); ++i) {
    if (!lines[i].key.empty() && lines[i].indent == lines[index].indent) {
      map.entries.push_back(entry_of(lines[i]));
    }
  }
  return map;
}

}  // namespace

std::vector<ConfigMap> line_maps(const SourceText& source) {
  constexpr std::size_t kMostMaps = 256;  // each looks at the lines around it
  const std::vector<Line> lines = lines_of(source);
  std::vector<ConfigMap> maps;
  for (std::size_t i = 0; i < lines.size() && maps.size() < kMostMaps; ++i) {
    const Line& line = lines[i];
    if (is_pragmas(line.section)) {
      maps.push_back(below(lines, i, true));
    } else if (is_pragmas(line.key) && line.value.empty()) {
      maps.push_back(below(lines, i, false));
    } else if (names_sqlite(line.key, unquoted(line.value))) {
      maps.push_back(around(lines, i));
    }
  }
  return maps;
}

std::vector<Literal> unquoted_values(const SourceText& source) {
  std::vector<Literal> literals;
  for (const Line& line : lines_of(source)) {
    if (line.value.empty() || line.value.starts_with('"') || line.value.starts_with('\'')) continue;
    Literal literal;
    literal.text = line.value;
    literal.begin = line.value_offset;
    literal.end = line.value_offset + line.value.size();
    for (std::size_t i = 0; i < line.value.size(); ++i) {
      literal.offsets.push_back(static_cast<std::uint32_t>(line.value_offset + i));
    }
    literals.push_back(std::move(literal));
  }
  return literals;
}

}  // namespace pragmark::lint

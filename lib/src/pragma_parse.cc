// From what people write to a Setting, strictly: whatever SQLite would silently turn into something
// else is an error that says so.
#include <algorithm>

#include <fmt/format.h>

#include "pragma_probe.h"
#include "pragmark/error.h"
#include "pragmark/pragma.h"
#include "text.h"

namespace pragmark {
namespace {

constexpr std::size_t kNearEdits = 3;  // words further apart than this are not offered

std::string unquoted(std::string_view value) {
  value = text::trim(value);
  const bool quoted = value.size() >= 2 && (value.front() == '\'' || value.front() == '"') &&
                      value.back() == value.front();
  return std::string(quoted ? value.substr(1, value.size() - 2) : value);
}

Error unknown_name(std::string_view name) {
  if (text::equal_ignoring_case(name, "user_version")) {
    return Error::usage("user_version is not for a PRAGMA set: the store keeps its schema version "
                        "there; use application_id to mark a file");
  }
  if (known_to_sqlite(name)) {
    return Error::usage(fmt::format("{} is a PRAGMA of SQLite but not a setting that pragmark can "
                                    "prove; `pragmark sets --format json` lists those it can",
                                    name));
  }
  const auto nearest = std::ranges::min_element(pragma_table(), {}, [&](const PragmaSpec& spec) {
    return text::edit_distance(spec.name, name);
  });
  const bool near = text::edit_distance(nearest->name, name) <= kNearEdits;
  return Error::usage(fmt::format(
      "{} is no PRAGMA: SQLite would have ignored it in silence{}",
      name.empty() ? "an empty name" : name,
      near ? fmt::format("; did you mean {}?", nearest->name) : "; check its spelling"));
}

std::string values_of(const PragmaSpec& spec) {
  if (spec.kind == ValueKind::Integer) {
    std::string text = fmt::format("{} from {} to {}",
                                   spec.name == "page_size" ? "a power of two" : "a whole number",
                                   spec.minimum, spec.maximum);
    if (spec.unit != Unit::None) text += fmt::format(" ({})", to_string(spec.unit));
    return text;
  }
  std::string words;
  for (const Keyword& keyword : spec.keywords) {
    if (!words.empty()) words += ", ";
    words += keyword.word;
  }
  return words;
}

Error bad_value(const PragmaSpec& spec, std::string_view written) {
  return Error::usage(fmt::format("{}={}: SQLite would have heard {}; write {}", spec.name, written,
                                  heard_by_sqlite(spec, written), values_of(spec)));
}

std::optional<std::string> boolean_value(std::string_view value) {
  for (const std::string_view word : {"ON", "YES", "TRUE", "1"}) {
    if (text::equal_ignoring_case(value, word)) return "ON";
  }
  for (const std::string_view word : {"OFF", "NO", "FALSE", "0"}) {
    if (text::equal_ignoring_case(value, word)) return "OFF";
  }
  return std::nullopt;
}

std::optional<std::string> keyword_value(const PragmaSpec& spec, std::string_view value) {
  const std::optional<std::int64_t> number = text::parse_integer(value);
  for (const Keyword& keyword : spec.keywords) {
    if (text::equal_ignoring_case(keyword.word, value) ||
        (number && keyword.number >= 0 && keyword.number == *number)) {
      return std::string(keyword.word);
    }
  }
  return std::nullopt;
}

std::optional<std::string> integer_value(const PragmaSpec& spec, std::string_view value) {
  const std::optional<std::int64_t> number = text::parse_integer(value);
  if (!number || *number < spec.minimum || *number > spec.maximum) return std::nullopt;
  const bool power_of_two = *number > 0 && (*number & (*number - 1)) == 0;
  if (spec.name == "page_size" && !power_of_two) return std::nullopt;
  return fmt::format("{}", *number);
}

// Removes comments, keeping line breaks so that errors can name the line.
std::string without_comments(std::string_view sql) {
  std::string result;
  char quote = '\0';
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (quote == '\0' && sql.substr(i, 2) == "--") {
      i = std::min(sql.find('\n', i), sql.size());
    } else if (quote == '\0' && sql.substr(i, 2) == "/*") {
      const std::size_t end = std::min(sql.find("*/", i + 2), sql.size());
      const std::string_view comment = sql.substr(i, end - i);
      result.append(static_cast<std::size_t>(std::ranges::count(comment, '\n')), '\n');
      i = end + 1;
      continue;
    } else if (sql[i] == quote) {
      quote = '\0';
    } else if (quote == '\0' && (sql[i] == '\'' || sql[i] == '"')) {
      quote = sql[i];
    }
    if (i < sql.size()) result += sql[i];
  }
  return result;
}

// "PRAGMA [main.]name = value" or "PRAGMA [main.]name(value)".
Setting parse_statement(std::string_view statement, const std::string& where) {
  constexpr std::string_view kKeyword = "PRAGMA";
  const bool pragma =
      statement.size() > kKeyword.size() &&
      text::equal_ignoring_case(statement.substr(0, kKeyword.size()), kKeyword) &&
      std::string_view(" \t\r\n").find(statement[kKeyword.size()]) != std::string_view::npos;
  const std::size_t separator = statement.find_first_of("=(");
  if (!pragma || separator == std::string_view::npos) {
    throw Error::usage(fmt::format("{}: only statements of the form PRAGMA name = value are taken, "
                                   "not \"{}\"",
                                   where, statement.substr(0, 60)));
  }
  std::string_view name =
      text::trim(statement.substr(kKeyword.size(), separator - kKeyword.size()));
  if (text::equal_ignoring_case(name.substr(0, 5), "main.")) name.remove_prefix(5);
  std::string_view value = text::trim(statement.substr(separator + 1));
  if (statement[separator] == '(') {
    if (!value.ends_with(')')) throw Error::usage(fmt::format("{}: a ) is missing", where));
    value.remove_suffix(1);
  }
  try {
    return parse_setting(name, value);
  } catch (const Error& error) {
    throw Error::usage(fmt::format("{}: {}", where, error.what()));
  }
}

}  // namespace

Setting parse_setting(std::string_view name, std::string_view value) {
  const PragmaSpec* spec = find_pragma(text::trim(name));
  if (spec == nullptr) throw unknown_name(text::trim(name));
  const std::string written = unquoted(value);
  std::optional<std::string> canonical;
  switch (spec->kind) {
    case ValueKind::Boolean: canonical = boolean_value(written); break;
    case ValueKind::Keyword: canonical = keyword_value(*spec, written); break;
    case ValueKind::Integer: canonical = integer_value(*spec, written); break;
  }
  if (!canonical) throw bad_value(*spec, written);
  return {spec, *canonical};
}

std::vector<Setting> parse_pragma_script(std::string_view sql, std::string_view origin) {
  const std::string statements = without_comments(sql);
  std::vector<Setting> settings;
  std::size_t line = 1;
  for (std::size_t begin = 0; begin < statements.size();) {
    const std::size_t end = std::min(statements.find(';', begin), statements.size());
    const std::string_view piece = std::string_view(statements).substr(begin, end - begin);
    const std::string_view statement = text::trim(piece);
    const std::size_t lead = statement.empty() ? 0 : piece.find(statement);
    const auto lines_before = std::ranges::count(piece.substr(0, lead), '\n');
    if (!statement.empty()) {
      const std::string where =
          fmt::format("{}:{}", origin, line + static_cast<std::size_t>(lines_before));
      Setting setting = parse_statement(statement, where);
      if (std::ranges::any_of(settings, [&](const Setting& s) { return s.spec == setting.spec; })) {
        throw Error::usage(fmt::format("{}: {} is set twice; keep one", where, setting.spec->name));
      }
      settings.push_back(std::move(setting));
    }
    line += static_cast<std::size_t>(std::ranges::count(piece, '\n'));
    begin = end + 1;
  }
  return settings;
}

}  // namespace pragmark

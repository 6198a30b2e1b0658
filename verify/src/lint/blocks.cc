#include "lint/blocks.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <utility>

namespace pragmark::lint {
namespace {

constexpr std::size_t kMostLinesBetween = 30;
constexpr std::size_t kMostStatements = 1000;

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(" \t"), line.size());
}

bool is_blank(std::string_view line) { return trimmed(line).empty(); }

// Another connection may have taken the variable's place.
bool opens_or_closes(std::string_view line) {
  const std::string words = lower(line);
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{"open(", "connect(", "close(", "database("},
      [&](std::string_view word) { return words.find(word) != std::string::npos; });
}

// What stands before the literal on its line, without spaces inside the brackets of a call:
// "if _, err := db.Exec(ctx, " is db.Exec(ctx,
std::string call_before(std::string_view line, std::size_t column) {
  std::string squeezed;
  for (const char c : trimmed(line.substr(0, column))) {
    const bool space = c == ' ' || c == '\t';
    if (!space || (squeezed.back() != ',' && squeezed.back() != ':')) squeezed += c;
  }
  return squeezed.substr(squeezed.find_last_of(' ') + 1);
}

}  // namespace

std::vector<Statement> Blocks::add(const Literal& literal, std::vector<Statement> statements) {
  const Place place = source_.place(literal.begin);
  const std::string_view line = source_.line(place.line);
  const std::string call = call_before(line, place.column - 1);
  const std::size_t indent = indent_of(line);
  std::vector<Statement> ended;
  // Deeper inside it is decided at run time whether a literal is run: that is another block.
  const bool same_block =
      !statements_.empty() && indent == indent_ && call == call_ && goes_on(place.line);
  if (!same_block) {
    ended = std::exchange(statements_, {});
    call_ = call;
    indent_ = indent;
  }
  last_line_ = source_.place(literal.end).line;
  std::ranges::move(statements, std::back_inserter(statements_));
  return ended;
}

std::vector<Statement> Blocks::finish() { return std::exchange(statements_, {}); }

bool Blocks::goes_on(std::size_t line) const {
  if (line < last_line_ || line - last_line_ > kMostLinesBetween) return false;
  if (statements_.size() > kMostStatements) return false;
  for (std::size_t between = last_line_ + 1; between <= line; ++between) {
    const std::string_view text = source_.line(between);
    if (is_blank(text)) continue;
    if (indent_of(text) < indent_ || (between < line && opens_or_closes(text))) return false;
  }
  return true;
}

}  // namespace pragmark::lint

#include "lint/calls.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "pragmark/trial.h"

namespace pragmark::lint {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kLongestLead = 80;  // from the call's name to its literal
constexpr std::size_t kLongestValue = 64;

bool is_word(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The name of the call that the literal is an argument of, when what stands between is simple.
std::string call_of(std::string_view text, std::size_t begin) {
  const std::size_t from = begin > kLongestLead ? begin - kLongestLead : 0;
  const std::string_view lead = text.substr(from, begin - from);
  const std::size_t statement = lead.find_last_of(";{}\"'`");
  const std::string_view arguments = statement == kNone ? lead : lead.substr(statement + 1);
  for (std::size_t open = arguments.find('('); open != kNone;
       open = arguments.find('(', open + 1)) {
    std::size_t name = open;
    while (name > 0 && is_word(arguments[name - 1])) --name;
    std::string word = lower(arguments.substr(name, open - name));
    const bool update = word.starts_with("pragma_update") || word.starts_with("pragma_query");
    if (update || (word.ends_with("pragma") && !word.starts_with('_'))) return word;
  }
  return {};
}

// The argument behind the literal, if it is written out.
std::string_view next_argument(std::string_view text, std::size_t end) {
  std::size_t at = std::min(text.find_first_not_of(" \t\r\n", end), text.size());
  if (at == text.size() || text[at] != ',') return {};
  at = std::min(text.find_first_not_of(" \t\r\n&", at + 1), text.size());
  const std::string_view rest = text.substr(at, kLongestValue);
  if (rest.starts_with('"') || rest.starts_with('\'') || rest.starts_with('`')) {
    const std::size_t closing = rest.find(rest.front(), 1);
    return closing == kNone ? std::string_view() : rest.substr(1, closing - 1);
  }
  std::size_t length = rest.starts_with('-') ? 1 : 0;
  while (length < rest.size() && is_word(rest[length])) ++length;
  const std::size_t behind = std::min(rest.find_first_not_of(" \t\r\n", length), rest.size());
  if (behind < rest.size() && (rest[behind] == ')' || rest[behind] == ',')) {
    const std::string_view value = rest.substr(0, length);
    const std::string word = lower(value);
    // A name is a variable's; what it holds is known at run time.
    const std::size_t digit = value.starts_with('-') ? 1 : 0;
    const bool number = digit < value.size() && value[digit] >= '0' && value[digit] <= '9';
    if (number || word == "true" || word == "false") return value;
  }
  return {};
}

}  // namespace

std::vector<Statement> called_pragma(const SourceText& source, const Literal& literal) {
  const std::string_view text = source.text();
  if (call_of(text, literal.begin).empty()) return {};
  std::vector<Statement> statements = statement_without_keyword(literal);
  if (statements.empty()) return statements;
  Statement& statement = statements.front();
  // A call of that name may be about something else: it takes more than a value to report a name.
  statement.assigned = false;
  if (statement.operand_kind != OperandKind::None) return statements;
  const std::string_view value = next_argument(text, literal.end);
  if (!is_one_operand(value) || !is_plain_value(value)) return statements;
  statement.operand = value;
  statement.operand_kind = OperandKind::Literal;
  return statements;
}

}  // namespace pragmark::lint

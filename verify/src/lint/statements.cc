#include "lint/statements.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "pragmark/trial.h"

namespace pragmark::lint {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::string_view kKeyword = "pragma";

bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

bool is_word(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Behind white space and SQL comments that begin at `at`.
std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    if (is_space(text[at])) {
      ++at;
    } else if (text.substr(at, 2) == "--") {
      at = std::min(text.find('\n', at), text.size());
    } else if (text.substr(at, 2) == "/*") {
      const std::size_t end = text.find("*/", at + 2);
      at = end == kNone ? text.size() : end + 2;
    } else {
      break;
    }
  }
  return at;
}

// Where the statement that begins at `at` ends: at its semicolon or at the end of the text.
std::size_t statement_end(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] != ';') {
    const char c = text[at];
    if (c == '-' || c == '/') {
      const std::size_t behind = skip_space(text, at);
      at = behind == at ? at + 1 : behind;
    } else if (c == '\'' || c == '"') {
      const std::size_t closing = text.find(c, at + 1);
      if (closing == kNone) return text.size();
      at = closing + 1;
    } else {
      ++at;
    }
  }
  return at;
}

std::string word_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_word(text[end])) ++end;
  return lower(text.substr(at, end - at));
}

// Documentation writes these where a value goes.
bool is_placeholder(std::string_view operand) {
  constexpr std::string_view kPlaceholders[] = {"value",  "mode",    "n",      "x",
                                                "ms",     "name",    "bytes",  "pages",
                                                "number", "boolean", "schema", "..."};
  return std::ranges::find(kPlaceholders, lower(operand)) != std::end(kPlaceholders);
}

// The length of the operand at the front of `text`: a quoted string, or a run of what a number or
// a word is made of.
std::size_t operand_length(std::string_view text) {
  if (!text.empty() && (text.front() == '\'' || text.front() == '"')) {
    const std::size_t closing = text.find(text.front(), 1);
    return closing == kNone ? 0 : closing + 1;
  }
  std::size_t length = !text.empty() && (text.front() == '-' || text.front() == '+') ? 1 : 0;
  while (length < text.size() && (is_word(text[length]) || text[length] == '.')) ++length;
  return length;
}

// Reads what follows the name. False when it is no statement after all.
bool read_operand(std::string_view text, bool goes_on, Statement& statement) {
  std::size_t at = skip_space(text, 0);
  if (at == text.size()) return !(goes_on && at == 0);  // the name may go on as well
  const char opening = text[at];
  if (opening != '=' && opening != '(') return false;
  at = skip_space(text, at + 1);
  const std::size_t length = operand_length(text.substr(at));
  const std::string_view operand = text.substr(at, length);
  std::size_t behind = at + length;
  statement.operand_kind = OperandKind::Computed;
  statement.assigned = opening == '=';
  if (behind == text.size() && (length == 0 || goes_on || opening == '(')) return true;
  if (behind < text.size() && !is_space(text[behind]) && text[behind] != ')') return true;
  behind = skip_space(text, behind);
  if (opening == '(') {
    if (behind == text.size() || text[behind] != ')') return true;
    behind = skip_space(text, behind + 1);
  }
  if (behind < text.size()) return !is_word(text[behind]);  // words: prose; else arithmetic
  if (!is_one_operand(operand) || is_placeholder(operand) || !is_plain_value(unquoted(operand))) {
    return true;
  }
  statement.operand_kind = OperandKind::Literal;
  statement.operand = operand;
  return true;
}

// "[schema.]name ..."
std::optional<Statement> read_setting(std::string_view text, bool goes_on) {
  Statement statement;
  statement.name = word_at(text, 0);
  std::size_t at = statement.name.size();
  if (at < text.size() && text[at] == '.' && at > 0) {
    statement.name = word_at(text, at + 1);
    at += 1 + statement.name.size();
  }
  const bool named =
      !statement.name.empty() && !(statement.name[0] >= '0' && statement.name[0] <= '9');
  if (!named || !read_operand(text.substr(at), goes_on, statement)) return std::nullopt;
  return statement;
}

std::optional<Form> transaction_form(const std::string& word) {
  if (word == "begin") return Form::Begin;
  if (word == "commit" || word == "end" || word == "rollback") return Form::Commit;
  if (word == "vacuum") return Form::Vacuum;
  return std::nullopt;
}

// Whether only words that may follow BEGIN, COMMIT or VACUUM follow: prose begins like that too.
bool is_bare(std::string_view piece) {
  constexpr std::string_view kWords[] = {"begin",      "commit",     "end",       "rollback",
                                         "vacuum",     "immediate",  "exclusive", "deferred",
                                         "concurrent", "transaction"};
  for (std::size_t at = 0; at < piece.size();) {
    const std::string word = word_at(piece, at);
    if (std::ranges::find(kWords, word) == std::end(kWords)) return false;
    at = skip_space(piece, at + word.size());
  }
  return true;
}

std::optional<Statement> read_statement(std::string_view piece, bool goes_on) {
  const std::string word = word_at(piece, 0);
  if (word == kKeyword) {
    const std::size_t name = skip_space(piece, word.size());
    if (name == word.size()) return std::nullopt;
    return read_setting(piece.substr(name), goes_on);
  }
  Statement statement;
  if (word == "create") {
    std::string second = word_at(piece, skip_space(piece, word.size()));
    if (second != "table") return std::nullopt;
    statement.form = Form::CreateTable;
    return statement;
  }
  const std::optional<Form> form = transaction_form(word);
  if (!form || !is_bare(piece)) return std::nullopt;
  statement.form = *form;
  return statement;
}

void place(const Literal& literal, std::size_t begin, std::size_t end, Statement& statement) {
  statement.offset = literal.offsets[begin];
  statement.end = literal.offsets[std::max(begin, end - 1)] + 1;
}

bool begins_trigger(std::string_view piece) {
  if (word_at(piece, 0) != "create") return false;
  std::size_t at = skip_space(piece, std::string_view("create").size());
  std::string word = word_at(piece, at);
  if (word == "temp" || word == "temporary")
    word = word_at(piece, skip_space(piece, at + word.size()));
  return word == "trigger";
}

}  // namespace

std::vector<Statement> statements_in(const Literal& literal) {
  const std::string_view text = literal.text;
  std::vector<Statement> statements;
  bool in_trigger = false;
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  const std::size_t begin = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  for (std::size_t at = skip_space(text, begin); at < text.size();) {
    if (text[at] == '.') {  // a command of the sqlite3 shell ends with its line
      at = skip_space(text, std::min(text.find('\n', at), text.size()));
      continue;
    }
    const std::size_t end = statement_end(text, at);
    const std::string_view piece = text.substr(at, end - at);
    if (in_trigger) {
      in_trigger = word_at(piece, 0) != "end";
    } else if (begins_trigger(piece)) {
      in_trigger = true;
    } else if (auto statement = read_statement(piece, end == text.size() && literal.computed)) {
      place(literal, at, at + trimmed(piece).size(), *statement);
      statements.push_back(std::move(*statement));
    }
    at = skip_space(text, end + 1);
  }
  return statements;
}

std::vector<Statement> statement_without_keyword(const Literal& literal) {
  const std::string_view text = literal.text;
  const std::size_t begin = skip_space(text, 0);
  const std::size_t end = statement_end(text, begin);
  auto statement = read_setting(text.substr(begin, end - begin), literal.computed);
  if (begin == text.size() || !statement) return {};
  place(literal, begin, end, *statement);
  return {std::move(*statement)};
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view unquoted(std::string_view operand) noexcept {
  const bool quoted = operand.size() >= 2 && (operand.front() == '\'' || operand.front() == '"') &&
                      operand.back() == operand.front();
  return quoted ? operand.substr(1, operand.size() - 2) : operand;
}

bool is_plain_value(std::string_view value) noexcept {
  return value.find_first_of("%{}$?@:#<>*\\|&") == kNone;
}

}  // namespace pragmark::lint

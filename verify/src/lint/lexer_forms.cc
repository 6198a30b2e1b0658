// Files that are SQL as a whole or between braces, and the strings that have forms of their own.
#include <algorithm>
#include <utility>

#include "lint/lexer.h"

namespace pragmark::lint {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool is_word(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

Literal verbatim(std::string_view text, std::size_t begin, std::size_t end) {
  Literal literal;
  literal.begin = begin;
  literal.end = end;
  literal.text = text.substr(begin, end - begin);
  literal.offsets.resize(end - begin);
  for (std::size_t i = begin; i < end; ++i) {
    literal.offsets[i - begin] = static_cast<std::uint32_t>(i);
  }
  return literal;
}

}  // namespace

// The whole file is one literal; the statements' parser leaves comments out.
void Lexer::run_sql() { literals.push_back(verbatim(text_, 0, text_.size())); }

// Tcl: what stands behind an opening brace up to the next brace is SQL if it begins like it; the
// statements' parser decides.
void Lexer::run_braced_sql() {
  for (std::size_t open = text_.find('{'); open != kNone;) {
    const std::size_t end = std::min(text_.find_first_of("{}", open + 1), text_.size());
    literals.push_back(verbatim(text_, open + 1, end));
    open = end < text_.size() && text_[end] == '{' ? end : text_.find('{', end);
  }
}

bool Lexer::take_raw() {
  const char c = text_[at_];
  if (dialect_.rust_raw && c == 'r' && !follows_word()) {
    const std::size_t quote = text_.find_first_not_of('#', at_ + 1);
    if (quote == kNone || text_[quote] != '"') return false;
    const std::string closer = '"' + std::string(quote - at_ - 1, '#');
    return take({at_, quote + 1, closer, Escapes::None, false});
  }
  if (dialect_.cpp_raw && c == 'R' && peek(1) == '"') {
    constexpr std::size_t kLongestMark = 16;
    const std::size_t open = text_.substr(at_ + 2, kLongestMark + 1).find('(');
    if (open == kNone) return false;
    const std::string closer = ')' + std::string(text_.substr(at_ + 2, open)) + '"';
    return take({at_, at_ + 3 + open, closer, Escapes::None, false});
  }
  if (dialect_.brackets && c == '[' && peek(1) == '[') {
    return take({at_, at_ + 2, "]]", Escapes::None, false});
  }
  if (dialect_.verbatim && c == '@' && peek(1) == '"') {
    return take({at_, at_ + 2, "\"", Escapes::None, false});
  }
  return false;
}

bool Lexer::take_heredoc() {
  // `list <<Item` begins none, and each such line makes a search to the end of the file.
  constexpr std::size_t kMostUnclosed = 64;
  if (peek(1) != '<') return false;
  std::size_t word = at_ + 2;
  if (word < text_.size() && text_[word] == '<') ++word;
  if (word < text_.size() && (text_[word] == '~' || text_[word] == '-')) ++word;
  if (word < text_.size() && (text_[word] == '\'' || text_[word] == '"')) ++word;
  std::size_t end = word;
  while (end < text_.size() && is_word(text_[end])) ++end;
  const bool named =
      end > word && (text_[word] == '_' || (text_[word] >= 'A' && text_[word] <= 'Z'));
  const std::size_t line_end = text_.find('\n', end);
  if (!named || line_end == kNone || unclosed_heredocs_ >= kMostUnclosed) return false;
  const std::string_view mark = text_.substr(word, end - word);
  Literal literal;
  literal.begin = at_;
  for (std::size_t line = line_end + 1; line < text_.size();) {
    const std::size_t next = std::min(text_.find('\n', line), text_.size());
    const std::size_t first = text_.find_first_not_of(" \t", line);
    const std::size_t behind = first == kNone ? kNone : first + mark.size();
    if (first != kNone && first < next && text_.substr(first, mark.size()) == mark &&
        (behind >= text_.size() || !is_word(text_[behind]))) {
      literal.end = behind;
      at_ = behind;
      add(std::move(literal));
      return true;
    }
    for (std::size_t i = line; i < std::min(next + 1, text_.size()); ++i) {
      literal.text += text_[i];
      literal.offsets.push_back(static_cast<std::uint32_t>(i));
    }
    line = next + 1;
  }
  ++unclosed_heredocs_;
  return false;
}

bool Lexer::take_percent_q() {
  std::size_t open = at_ + 1;
  if (peek(1) == 'q' || peek(1) == 'Q') ++open;
  const std::size_t pair =
      open < text_.size() ? std::string_view("([{<|").find(text_[open]) : kNone;
  const bool begins = at_ == 0 || is_space(text_[at_ - 1]) || text_[at_ - 1] == '(';
  if (pair == kNone || !begins) return false;
  return take(
      {at_, open + 1, std::string_view(")]}>|").substr(pair, 1), Escapes::Backslash, false});
}

}  // namespace pragmark::lint

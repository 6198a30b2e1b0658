#include "lint/lexer.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace pragmark::lint {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kGapKept = 8;            // enough to know .format( and every operator
constexpr std::size_t kLongestCharacter = 12;  // '\u{10FFFF}'

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool is_word(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

char unescaped(char c) noexcept {
  switch (c) {
    case 'n':
    case 'r':
    case '\n': return '\n';
    case 't': return ' ';
    default: return c;
  }
}

}  // namespace

void Lexer::run() {
  if (dialect_.kind == FileKind::Sql) {
    run_sql();
    return;
  }
  if (dialect_.braced_sql) {
    run_braced_sql();
    return;
  }
  while (at_ < text_.size()) {
    if (skip_comment() || take_literal()) continue;
    if (!is_space(text_[at_]) && gap_.size() < kGapKept) gap_ += text_[at_];
    ++at_;
  }
  end_gap();
}

bool Lexer::skip_comment() {
  const std::string_view rest = this->rest();
  std::string_view closer;
  const bool begins_word = at_ == 0 || is_space(text_[at_ - 1]) || text_[at_ - 1] == ';';
  if (dialect_.slashes && rest.starts_with("//")) {
    // Not a comment behind a colon: https://
    closer = at_ > 0 && text_[at_ - 1] == ':' ? "" : "\n";
  } else if (dialect_.slashes && rest.starts_with("/*")) {
    closer = "*/";
  } else if (dialect_.hash && rest.starts_with('#') && begins_word) {
    closer = "\n";
  } else if (dialect_.dashes && rest.starts_with("--")) {
    closer = dialect_.brackets && rest.starts_with("--[[") ? "]]" : "\n";
  } else if (dialect_.dashes && rest.starts_with("{-")) {
    closer = "-}";
  } else if ((dialect_.semicolon && rest.starts_with(';')) ||
             (dialect_.percent && rest.starts_with('%'))) {
    closer = "\n";
  } else if (dialect_.markup && rest.starts_with("<!--")) {
    closer = "-->";
  }
  if (closer.empty()) return false;
  const bool to_line_end = closer == "\n";
  const std::size_t found = text_.find(closer, to_line_end ? at_ : at_ + 2);
  const std::size_t behind = to_line_end ? found : found + closer.size();
  at_ = found == kNone ? text_.size() : behind;
  return true;
}

bool Lexer::take_literal() {
  const char c = text_[at_];
  if ((dialect_.rust_raw || dialect_.cpp_raw || dialect_.brackets || dialect_.verbatim) &&
      take_raw()) {
    return true;
  }
  if (dialect_.heredoc && c == '<' && take_heredoc()) return true;
  if (dialect_.percent_q && c == '%' && take_percent_q()) return true;
  if (c == '\'' && dialect_.single_quote == SingleQuote::Character) return skip_character();
  if (c == '\'' && dialect_.single_quote == SingleQuote::Code) return false;
  if (c == '"' || c == '\'' || (c == '`' && dialect_.backtick)) return take_quote(c);
  return false;
}

bool Lexer::take_quote(char quote) {
  const std::string_view quote_text = text_.substr(at_, 1);
  if (quote == '\'' && follows_word()) return false;
  const std::string_view before = word_before();
  const std::size_t begin = at_ - before.size();
  if (dialect_.triple && peek(1) == quote && peek(2) == quote && quote != '`') {
    return take({.begin = begin,
                 .body = at_ + 3,
                 .closer = text_.substr(at_, 3),
                 .escapes = Escapes::Backslash,
                 .one_line = false});
  }
  const bool raw_backtick = quote == '`' && dialect_.single_quote == SingleQuote::Character;
  return take({.begin = begin,
               .body = at_ + 1,
               .closer = quote_text,
               .escapes = raw_backtick || !dialect_.backslash ? Escapes::None : Escapes::Backslash,
               .one_line = quote != '`' && !dialect_.multi_line});
}

// 'x' and '\n' are characters; 'a of Rust, 1'000 of C++ and don't are none.
bool Lexer::skip_character() {
  if (follows_word()) return false;
  const std::size_t from = at_ + (peek(1) == '\\' ? 3 : 1);
  const std::size_t closing =
      text_.substr(0, std::min(at_ + kLongestCharacter, text_.size())).find('\'', from);
  if (closing == kNone || text_.substr(at_, closing - at_).find('\n') != kNone) return false;
  for (; at_ <= closing; ++at_) {
    if (gap_.size() < kGapKept) gap_ += text_[at_];
  }
  return true;
}

bool Lexer::take(const Delimiters& delimiters) {
  // One quote and three are closed differently; closers are ASCII.
  const unsigned longer = delimiters.closer.size() > 1 ? 0x80 : 0;
  auto& unclosed = unclosed_until_[static_cast<unsigned char>(delimiters.closer.back()) | longer];
  if (at_ < unclosed) return false;
  Literal literal;
  const std::size_t end = scan(delimiters, literal);
  if (end == kNone) {
    const std::size_t searched =
        delimiters.one_line ? text_.find('\n', delimiters.body) : text_.size();
    unclosed = std::min(searched, text_.size());
    return false;
  }
  literal.begin = delimiters.begin;
  literal.end = end + delimiters.closer.size();
  at_ = literal.end;
  add(std::move(literal));
  return true;
}

std::size_t Lexer::scan(const Delimiters& delimiters, Literal& literal) const {
  for (std::size_t at = delimiters.body; at < text_.size(); ++at) {
    char c = text_[at];
    std::size_t taken = at;
    if (c == delimiters.closer.front() && text_.substr(at).starts_with(delimiters.closer))
      return at;
    if (c == '\n' && delimiters.one_line) return kNone;
    const bool code = (c == '$' && delimiters.closer == "`") || (c == '#' && dialect_.hash_braces);
    if (code && at + 1 < text_.size() && text_[at + 1] == '{') {
      const std::size_t behind = skip_code_in_string(at + 2);
      if (behind != kNone) at = behind - 1;
    } else if (c == '\\' && delimiters.escapes == Escapes::Backslash && at + 1 < text_.size()) {
      c = unescaped(text_[++at]);
    }
    literal.text += c;
    literal.offsets.push_back(static_cast<std::uint32_t>(taken));
  }
  return kNone;
}

std::size_t Lexer::skip_code_in_string(std::size_t at) const {
  for (int depth = 1; at < text_.size() && text_[at] != '\n'; ++at) {
    if (text_[at] == '{') ++depth;
    if (text_[at] == '}' && --depth == 0) return at + 1;
  }
  return kNone;
}

void Lexer::add(Literal literal) {
  const bool alike = !literals.empty() && !literals.back().computed;
  bool joined = false;
  if (alike && gap_.empty()) joined = dialect_.adjacent;
  if (alike && !gap_.empty()) joined = one_of(gap_, {"+", ".", "..", "&", "<>", "++", "\\"});
  if (joined) {
    Literal& whole = literals.back();
    whole.text += literal.text;
    whole.offsets.insert(whole.offsets.end(), literal.offsets.begin(), literal.offsets.end());
    whole.end = literal.end;
  } else {
    end_gap();
    literals.push_back(std::move(literal));
  }
  gap_.clear();
}

// What stands behind the last literal is known now: is more appended to it?
void Lexer::end_gap() {
  if (literals.empty() || gap_.empty()) return;
  const std::string_view gap = gap_;
  bool& computed = literals.back().computed;
  computed = gap.starts_with('+') || gap.starts_with("..") || gap.starts_with("<<") ||
             gap.starts_with("<>") || gap.starts_with("||") || gap.starts_with(".format") ||
             gap.starts_with(".concat") || (gap.starts_with('&') && !gap.starts_with("&&")) ||
             (gap.starts_with('.') && gap.size() > 1 && !is_word(gap[1])) ||
             (dialect_.cpp_raw && is_word(gap.front()));
}

bool Lexer::follows_word() const {
  if (at_ == 0 || !is_word(text_[at_ - 1])) return false;
  return word_before().empty();
}

// The letters before a quote that belong to it: r"", f'', b"", u8"", L"".
std::string_view Lexer::word_before() const {
  constexpr std::size_t kLongestPrefix = 3;
  std::size_t begin = at_;
  while (begin > 0 && is_word(text_[begin - 1]) && at_ - begin <= kLongestPrefix) --begin;
  const std::string_view word = text_.substr(begin, at_ - begin);
  const bool prefix = one_of(word, {"r", "b", "u", "f", "R", "B", "U", "F", "br", "rb", "fr", "rf",
                                    "L", "u8", "N", "c", "t"});
  return prefix ? word : std::string_view();
}

}  // namespace pragmark::lint

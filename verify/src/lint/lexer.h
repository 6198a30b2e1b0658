// Finds the string literals of a text, in one pass; used by SourceText alone.
//
// Invariants:
// 1. Every position is looked at a bounded number of times: a quote that was not closed is
//    remembered, so that no later one searches the same text again.
// 2. What is in doubt is code: nothing is reported there.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lint/dialect.h"
#include "lint/source_text.h"

namespace pragmark::lint {

class Lexer {
 public:
  Lexer(std::string_view text, const Dialect& dialect) : text_(text), dialect_(dialect) {}
  void run();

  std::vector<Literal> literals;

 private:
  enum class Escapes { Backslash, None };
  struct Delimiters {
    std::size_t begin;        // of the literal in the file
    std::size_t body;         // behind what opens it
    std::string_view closer;  // what closes it
    Escapes escapes;
    bool one_line;
  };

  void run_sql();
  void run_braced_sql();
  bool skip_comment();
  bool take_literal();
  bool take_raw();
  bool take_heredoc();
  bool take_percent_q();
  bool take_quote(char quote);
  bool skip_character();
  // False when it is not closed; nothing is taken then.
  bool take(const Delimiters& delimiters);
  // Where the literal's text ends, or npos. Fills `literal`.
  std::size_t scan(const Delimiters& delimiters, Literal& literal) const;
  // Behind the brace that closes code inside a string, or npos when none does on this line.
  [[nodiscard]] std::size_t skip_code_in_string(std::size_t at) const;
  void add(Literal literal);
  void end_gap();
  [[nodiscard]] bool follows_word() const;
  [[nodiscard]] std::string_view word_before() const;
  [[nodiscard]] char peek(std::size_t ahead) const noexcept {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  [[nodiscard]] std::string_view rest() const noexcept { return text_.substr(at_); }

  std::string_view text_;
  Dialect dialect_;
  std::size_t at_ = 0;
  std::string gap_;  // the first characters of the code behind the last literal, without spaces
  std::size_t unclosed_heredocs_ = 0;
  std::array<std::size_t, 256> unclosed_until_{};  // by the last character of what would close
};

}  // namespace pragmark::lint

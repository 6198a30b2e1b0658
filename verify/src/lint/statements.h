// The SQL statements of a text that a linter of settings cares about.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lint/source_text.h"

namespace pragmark::lint {

enum class Form { Pragma, Begin, Commit, CreateTable, Vacuum };

enum class OperandKind {
  None,      // a question, or a PRAGMA that takes none
  Literal,   // written out
  Computed,  // made at run time: %s, ${}, ?, a sum, the end of a literal that goes on
};

struct Statement {
  Form form = Form::Pragma;
  std::string name;     // lower case, without schema; empty unless the form is Pragma
  std::string operand;  // as written in SQL, with its quotes; a Literal only
  OperandKind operand_kind = OperandKind::None;
  bool assigned = false;   // "name = value", not "name(value)"
  std::size_t offset = 0;  // in the file, of its first character
  std::size_t end = 0;     // in the file, behind its last
};

// In their order. Prose about PRAGMAs, names made at run time and all other SQL are left out.
[[nodiscard]] std::vector<Statement> statements_in(const Literal& literal);

// What stands between the quotes of "name = value" or "name(value)", as db.pragma() takes it.
// Empty when that is not what it is.
[[nodiscard]] std::vector<Statement> statement_without_keyword(const Literal& literal);

[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;
// Without the quotes around it, if there are any.
[[nodiscard]] std::string_view unquoted(std::string_view operand) noexcept;
// Whether a value can be read as it stands: no placeholder, no arithmetic.
[[nodiscard]] bool is_plain_value(std::string_view value) noexcept;

}  // namespace pragmark::lint

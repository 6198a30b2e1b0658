// How comments and strings are written in a family of languages, chosen by a file's name.
#pragma once

#include <string>
#include <string_view>

#include "lint/source_text.h"

namespace pragmark::lint {

enum class SingleQuote { String, Character, Code };

struct Dialect {
  FileKind kind = FileKind::Code;
  SingleQuote single_quote = SingleQuote::String;
  bool slashes = false;      // comments: // and /* */
  bool hash = false;         // # to the end of the line
  bool dashes = false;       // -- to the end of the line
  bool semicolon = false;    // ; to the end of the line
  bool percent = false;      // % to the end of the line
  bool markup = false;       // <!-- -->
  bool backtick = false;     // strings: `over several lines`
  bool triple = false;       // """ and '''
  bool heredoc = false;      // <<SQL, <<~SQL, <<<SQL
  bool brackets = false;     // [[ ]] and [=[ ]=]
  bool rust_raw = false;     // r#" "#
  bool cpp_raw = false;      // R"x( )x"
  bool verbatim = false;     // @" "
  bool percent_q = false;    // %q( ), %( )
  bool braced_sql = false;   // Tcl: { SQL }
  bool multi_line = false;   // a plain string may go on over the end of its line
  bool adjacent = false;     // neighbouring literals are one, without an operator
  bool hash_braces = false;  // "#{code}" in a string
  bool backslash = true;     // escapes the next character in a plain string
};

// Lower case and without the dot; the whole name of a file that has no extension (Dockerfile,
// .env).
[[nodiscard]] std::string extension_of(std::string_view path);
[[nodiscard]] Dialect dialect_of(std::string_view extension);

}  // namespace pragmark::lint

// A source file as a linter of strings sees it: its string literals, decoded, each character with
// its place in the file, without what stands in comments.
//
//   SourceText source("db.go", read("db.go"));
//   for (const Literal& literal : source.literals()) { ... }
//
// Not a parser of any language. It knows how comments and strings are written in each family of
// languages, and where it is in doubt (an apostrophe, a quote that is not closed on its line) it
// takes the character for code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pragmark::lint {

// Several literals that are joined by nothing but white space or a concatenation operator are one.
struct Literal {
  std::string text;                    // decoded
  std::vector<std::uint32_t> offsets;  // in the file, of each character of `text`
  std::size_t begin = 0;               // in the file: its first quote, or prefix
  std::size_t end = 0;                 // in the file: behind its last quote
  bool computed = false;               // more is appended to it at run time
};

struct Place {
  std::size_t line;    // from 1
  std::size_t column;  // from 1, in bytes
};

enum class FileKind {
  Sql,     // the whole text is SQL
  Code,    // SQL is in string literals
  Config,  // and in values that are written without quotes
  Prose,   // documents, which quote mistakes without making them
};

[[nodiscard]] FileKind file_kind(std::string_view path);

// Owns:    copies of everything.
// Threads: immutable after construction; share freely.
// Errors:  none; there is no invalid text.
class SourceText {
 public:
  // REQUIRES: text is smaller than 4 GiB.
  SourceText(std::string_view path, std::string text);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] FileKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::vector<Literal>& literals() const noexcept { return literals_; }
  [[nodiscard]] Place place(std::size_t offset) const noexcept;
  [[nodiscard]] std::size_t line_count() const noexcept { return line_starts_.size(); }
  // The text of a line, from 1, without its end.
  [[nodiscard]] std::string_view line(std::size_t number) const noexcept;
  // Has extension ".ext" (lower case, no dot).
  [[nodiscard]] bool has_extension(std::string_view extension) const noexcept;

 private:
  std::string path_;
  std::string text_;
  std::string extension_;
  FileKind kind_;
  std::vector<std::size_t> line_starts_;
  std::vector<Literal> literals_;
};

}  // namespace pragmark::lint

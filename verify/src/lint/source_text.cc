#include "lint/source_text.h"

#include <algorithm>
#include <utility>

#include "lint/dialect.h"
#include "lint/lexer.h"
#include "pragmark/assert.h"

namespace pragmark::lint {

FileKind file_kind(std::string_view path) { return dialect_of(extension_of(path)).kind; }

SourceText::SourceText(std::string_view path, std::string text)
    : path_(path), text_(std::move(text)), extension_(extension_of(path)) {
  const Dialect dialect = dialect_of(extension_);
  kind_ = dialect.kind;
  line_starts_.push_back(0);
  for (std::size_t at = 0; at < text_.size(); ++at) {
    if (text_[at] == '\n') line_starts_.push_back(at + 1);
  }
  if (kind_ == FileKind::Prose) return;
  Lexer lexer(text_, dialect);
  lexer.run();
  literals_ = std::move(lexer.literals);
}

Place SourceText::place(std::size_t offset) const noexcept {
  const auto after = std::ranges::upper_bound(line_starts_, offset);
  const auto line = static_cast<std::size_t>(after - line_starts_.begin());
  return {line, offset - line_starts_[line - 1] + 1};
}

std::string_view SourceText::line(std::size_t number) const noexcept {
  PRAGMARK_ASSERT(number >= 1 && number <= line_starts_.size());
  const std::size_t begin = line_starts_[number - 1];
  const std::size_t end = std::min(text_.find('\n', begin), text_.size());
  return std::string_view(text_).substr(begin, end - begin);
}

bool SourceText::has_extension(std::string_view extension) const noexcept {
  return extension_ == extension;
}

}  // namespace pragmark::lint

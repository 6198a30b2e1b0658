// Which literals of a file plainly run one after the other on one connection: those of one block
// of code that are handed to the same call.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lint/source_text.h"
#include "lint/statements.h"

namespace pragmark::lint {

// Takes a file's literals in their order and gives back each block when it has ended.
class Blocks {
 public:
  explicit Blocks(const SourceText& source) : source_(source) {}

  // The statements of the block that ended before this literal; empty when none did.
  [[nodiscard]] std::vector<Statement> add(const Literal& literal,
                                           std::vector<Statement> statements);
  [[nodiscard]] std::vector<Statement> finish();

 private:
  // Whether the lines from the last literal to this one are of one block.
  [[nodiscard]] bool goes_on(std::size_t line) const;

  const SourceText& source_;
  std::vector<Statement> statements_;
  std::string call_;           // "db.Exec(", what the block's literals are handed to
  std::size_t indent_ = 0;     // of the block
  std::size_t last_line_ = 0;  // of the last literal's end
};

}  // namespace pragmark::lint

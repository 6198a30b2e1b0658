#include "pragmark/assert.h"

#include <cstdlib>

#include <fmt/format.h>

namespace pragmark::internal {

// The one place where the library ends a program, and says why first: a broken contract leaves no
// state that could be trusted to report itself.
void assertion_failed(const char* condition, const char* file, int line) noexcept {
  fmt::print(stderr, "pragmark: broken contract at {}:{}: {}\n", file, line, condition);
  std::abort();
}

}  // namespace pragmark::internal

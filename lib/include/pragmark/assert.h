// PRAGMARK_ASSERT(condition): a broken contract between pieces of code stops the program, in
// Release too. Not for input or for what the disk may do: those are errors, see error.h.
#pragma once

namespace pragmark::internal {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;
}

#define PRAGMARK_ASSERT(condition) \
  (static_cast<bool>(condition)    \
       ? static_cast<void>(0)      \
       : ::pragmark::internal::assertion_failed(#condition, __FILE__, __LINE__))

// The table of what caps the grade of a machine; see environment_caps.cc.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "pragmark/verify/environment_grade.h"

namespace pragmark {

enum class Subject { Storage, Machine };

struct Cap {
  std::string_view code;
  Grade cap;
  Subject subject;
  // With the measured value; empty when the cap does not apply.
  std::string (*sentence)(const Environment&);
};

// Those that cap most come first.
[[nodiscard]] std::span<const Cap> caps() noexcept;

}  // namespace pragmark

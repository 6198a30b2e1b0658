// The result of one load as a person reads it.
#pragma once

#include <string>

#include "pragmark/bench/load/step.h"

namespace pragmark {

[[nodiscard]] std::string load_text(const LoadSetup& setup, const LoadStep& step);

}  // namespace pragmark

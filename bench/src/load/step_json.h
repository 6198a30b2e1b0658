// A step's result as protocol pragmark-load/1 spells it.
#pragma once

#include "../json_line.h"
#include "pragmark/bench/load/step.h"

namespace pragmark {

[[nodiscard]] JsonLine::Json step_json(const LoadSetup& setup, const LoadStep& step);

}  // namespace pragmark

// A measured Environment with its grade, as text for people and as JSON for programs.
//
// Texts come from the kernel and from the user's path: control characters and broken UTF-8 do not
// get through (report_format.h).
#pragma once

#include <string>

#include "pragmark/verify/environment.h"
#include "pragmark/verify/report_format.h"

namespace pragmark {

// The answer in the first line, every reason, a table of facts.
[[nodiscard]] std::string to_text(const Environment& here, Colour colour);
// Schema "pragmark.env/1".
[[nodiscard]] std::string to_json(const Environment& here);

}  // namespace pragmark

// journal_mode x synchronous in one table, a line a cell.
#pragma once

#include <string>

#include "pragmark/verify/crash.h"

namespace pragmark::crash {

[[nodiscard]] std::string matrix_text(const CrashReport& report);

}  // namespace pragmark::crash

// An AuditReport as text for people and as JSON for programs.
//
// Names and messages come from somebody's database: control characters and broken UTF-8 do not get
// through (report_format.h).
#pragma once

#include <string>

#include "pragmark/verify/audit.h"
#include "pragmark/verify/report_format.h"

namespace pragmark {

// Facts, the largest tables, each finding with consequence and repair, what connections must set.
[[nodiscard]] std::string to_text(const AuditReport& report, Colour colour);
// Schema "pragmark.audit/1".
[[nodiscard]] std::string to_json(const AuditReport& report);

}  // namespace pragmark

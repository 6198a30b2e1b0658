// A Report as text for people, as JSON for programs, as JUnit XML for CI services.
//
// Every text of a report may come from outside (a path, a .sql file): control characters and broken
// UTF-8 do not get through.
#pragma once

#include <string>
#include <string_view>

#include "pragmark/verify/check.h"

namespace pragmark {

enum class ReportFormat { Text, Json, JUnit };
enum class Colour { Never, Always };

// An aligned table of every result, then each bad one with consequence and repair.
[[nodiscard]] std::string to_text(const Report& report, Colour colour);
// Schema "pragmark.verify/1".
[[nodiscard]] std::string to_json(const Report& report);
// One testcase for each result: failure for a claim that does not hold, error for unknown.
[[nodiscard]] std::string to_junit(const Report& report);

// Valid UTF-8 without control characters other than line feed and tab, and so without anything that
// XML 1.0 forbids; what is not valid becomes U+FFFD.
[[nodiscard]] std::string printable(std::string_view text);

// As a word of a shell command: in quotes unless it is plain.
[[nodiscard]] std::string shell_quoted(std::string_view word);

}  // namespace pragmark

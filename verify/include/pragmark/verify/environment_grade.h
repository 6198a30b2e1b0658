// How far figures from a machine can be trusted: a letter, and every reason that caps it.
//
//   const std::vector<GradeReason> reasons = grade_reasons(environment);
//   say(to_string(grade_of(reasons)), sentences_of(reasons));
//
// Pure: facts in, reasons out. The caps are one table, in environment_caps.cc. What was not
// measured caps nothing; what was asked for and could not be found out does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pragmark/verify/environment.h"

namespace pragmark {

// From best to worst. There is no E, as in schools that use these letters.
enum class Grade { A, B, C, D, F };

struct GradeReason {
  std::string_view code;  // "memory-filesystem"; stable, for programs
  Grade cap;              // no better grade with this reason
  std::string sentence;   // with the measured value; no semicolon, no full stop
};

// The letter.
[[nodiscard]] std::string_view to_string(Grade grade) noexcept;
// What the letter says of figures: "durability figures mean nothing here".
[[nodiscard]] std::string_view meaning_of(Grade grade) noexcept;

// Those that cap most come first.
[[nodiscard]] std::vector<GradeReason> grade_reasons(const Environment& here);
// The lowest cap, A without any.
[[nodiscard]] Grade grade_of(const std::vector<GradeReason>& reasons) noexcept;
// Separated by "; ", as the context of a result has them; empty when there are none.
[[nodiscard]] std::string sentences_of(const std::vector<GradeReason>& reasons);

// The sentences of those caps that concern what the directory lies on.
[[nodiscard]] std::vector<std::string> filesystem_warnings(const Environment& here);

}  // namespace pragmark

#include "pragmark/verify/environment_grade.h"

#include <algorithm>
#include <utility>

#include "environment_caps.h"

namespace pragmark {

std::string_view to_string(Grade grade) noexcept {
  switch (grade) {
    case Grade::A: return "A";
    case Grade::B: return "B";
    case Grade::C: return "C";
    case Grade::D: return "D";
    case Grade::F: return "F";
  }
  return "F";
}

std::string_view meaning_of(Grade grade) noexcept {
  switch (grade) {
    case Grade::A: return "nothing was found that spoils figures from here";
    case Grade::B: return "figures from here hold, with a reservation";
    case Grade::C: return "figures from here compare only within one interleaved run";
    case Grade::D: return "durability figures mean nothing here";
    case Grade::F: return "no figure from here can be trusted";
  }
  return "no figure from here can be trusted";
}

std::vector<GradeReason> grade_reasons(const Environment& here) {
  std::vector<GradeReason> reasons;
  for (const Cap& row : caps()) {
    std::string sentence = row.sentence(here);
    if (!sentence.empty()) reasons.push_back({row.code, row.cap, std::move(sentence)});
  }
  return reasons;
}

Grade grade_of(const std::vector<GradeReason>& reasons) noexcept {
  Grade lowest = Grade::A;
  for (const GradeReason& reason : reasons) lowest = std::max(lowest, reason.cap);
  return lowest;
}

std::string sentences_of(const std::vector<GradeReason>& reasons) {
  std::string text;
  for (const GradeReason& reason : reasons) {
    text += (text.empty() ? "" : "; ") + reason.sentence;
  }
  return text;
}

std::vector<std::string> filesystem_warnings(const Environment& here) {
  std::vector<std::string> warnings;
  for (const Cap& row : caps()) {
    if (row.subject != Subject::Storage) continue;
    if (std::string sentence = row.sentence(here); !sentence.empty()) {
      warnings.push_back(std::move(sentence));
    }
  }
  return warnings;
}

}  // namespace pragmark

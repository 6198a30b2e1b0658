#include "pragmark/verify/check.h"

#include <algorithm>

namespace pragmark {

std::string_view to_string(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::Pass: return "pass";
    case Verdict::Fail: return "fail";
    case Verdict::Ineffective: return "ineffective";
    case Verdict::Misread: return "misread";
    case Verdict::Warning: return "warning";
    case Verdict::Unknown: return "unknown";
    case Verdict::Skipped: return "skipped";
  }
  return "unknown";
}

Verdict overall_verdict(std::span<const CheckResult> results) noexcept {
  for (const Verdict bad :
       {Verdict::Fail, Verdict::Ineffective, Verdict::Misread, Verdict::Unknown}) {
    if (std::ranges::any_of(results, [&](const CheckResult& r) { return r.verdict == bad; })) {
      return bad;
    }
  }
  const bool any_pass =
      std::ranges::any_of(results, [](const CheckResult& r) { return r.verdict == Verdict::Pass; });
  return any_pass ? Verdict::Pass : Verdict::Unknown;
}

}  // namespace pragmark

// What the verifier finds: one CheckResult for each claim that was put to the test, and the Report
// that gathers them. Start here to understand verify/.
//
// A claim has up to three faces: claimed (what was asked for), read back (what SQLite answers) and
// observed (what behaviour was seen). The verdict says how far they agree.
//
//   Report report = verify({.set = PragmaSet::parse("production"), .directory = "."});
//   if (overall_verdict(report.results) == Verdict::Pass) ...
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/pragma_set.h"
#include "pragmark/verify/environment.h"
#include "pragmark/verify/sqlite_library.h"

namespace pragmark {

enum class Verdict {
  Pass,         // holds, by every means that was tried
  Fail,         // does not hold
  Ineffective,  // read back as claimed, but without effect
  Misread,      // in effect, though the read-back denies it
  Warning,      // what holds is worth less than it says, through no fault of the settings
  Unknown,      // could not be determined; never a pass
  Skipped,      // has no meaning here; the reason says why
};

[[nodiscard]] std::string_view to_string(Verdict verdict) noexcept;  // "pass", "fail", ..

struct CheckResult {
  std::string id;          // of the check, e.g. "V001"; id, connection and setting are unique
  std::string stage;       // "values", "behaviour"
  std::string connection;  // to_string(ConnectionKind), or "store" for a check of the whole
  std::string setting;     // a setting's name, or what else the check is about
  std::string scope;       // "file", "connection", or empty
  std::string claimed;
  std::optional<std::string> read_back;  // empty when SQLite answers nothing or was not asked
  std::optional<std::string> observed;   // empty when no behaviour was looked at
  Verdict verdict = Verdict::Unknown;
  std::string reason;         // empty for a pass, unless there is something worth to know
  std::string consequence;    // what is at stake; empty unless the verdict is a bad one
  std::string repair;         // a line to paste; empty unless there is one
  std::string documentation;  // URL, or empty
};

struct Report {
  PragmaSet set;
  SqliteLibrary sqlite;
  Environment environment;
  std::vector<std::string> stages;  // that ran, in order
  std::vector<CheckResult> results;
  bool strict = false;  // warnings were turned into failures
};

// The worst of the verdicts: fail, ineffective, misread, unknown. Pass only when there is none of
// these and at least one pass: nothing tested is unknown. A warning decides nothing.
[[nodiscard]] Verdict overall_verdict(std::span<const CheckResult> results) noexcept;

}  // namespace pragmark

// Stage `library`: is the linked SQLite one on which the set means what it says? Its version, the
// options that it was built with, what it does where the set is silent, and its known bugs.
//
//   B001  the library is not older than the one that pragmark was built for
//   B002  a build option is not SQLite's own: what that changes, and whether it voids a claim
//   B003  the set is silent about a setting, and this library's default is not SQLite's
//   B004  a corruption bug of this version, by SQLite's list of releases
//   B005  the WAL-reset bug, brought about on a scratch database: no version is believed
//
// What is worth to know and harms no claim is a pass with a reason. What makes the set mean less
// than it says is a warning, which --strict turns into a failure.
#pragma once

#include <vector>

#include "pragmark/verify/check.h"
#include "pragmark/verify/stage.h"

namespace pragmark {

[[nodiscard]] std::vector<CheckResult> run_library_stage(const StageContext& context);

}  // namespace pragmark

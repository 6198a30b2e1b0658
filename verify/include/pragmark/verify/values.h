// Stage `values`: does SQLite answer with what the set claims, on every kind of connection that the
// store opens, right after the settings were applied and again after the connection did real work?
//
//   V001  a setting reads back as claimed, before and after work
//   V002  the store opens with the set under a strategy, and returns what it was given
//
// Not covered: whether a setting has the effect that its value promises. A value can be read back
// and still be without effect (temp_store on a library built to ignore it): a matter of behaviour.
#pragma once

#include <vector>

#include "pragmark/verify/check.h"
#include "pragmark/verify/stage.h"

namespace pragmark {

[[nodiscard]] std::vector<CheckResult> run_values_stage(const StageContext& context);

}  // namespace pragmark

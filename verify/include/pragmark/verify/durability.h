// Stage `durability`: does a crash cost no more than SQLite's documentation says of the set? The
// experiment of crash.h with its defaults, without rates and real processes.
//
// Runs only when it is asked for by name: it takes some seconds.
#pragma once

#include <vector>

#include "pragmark/verify/check.h"
#include "pragmark/verify/crash.h"
#include "pragmark/verify/stage.h"

namespace pragmark {

// D001 and D002 damage and loss by a killed process, D003 and D004 by a power cut. Works in memory:
// the scratch directory stays empty.
[[nodiscard]] std::vector<CheckResult> run_durability_stage(const StageContext& context);

// What the stage makes of a result of the experiment.
[[nodiscard]] std::vector<CheckResult> durability_checks(const CrashSetResult& result);

}  // namespace pragmark

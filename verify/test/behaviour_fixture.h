// One behaviour check on one PRAGMA set, for tests of what it observes.
#pragma once

#include <algorithm>
#include <string_view>

#include <gtest/gtest.h>

#include "behaviour/behaviour_check.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark::behaviour {

// REQUIRES: there is a check of this id.
inline const BehaviourCheck& check_of(std::string_view id) {
  const auto all = behaviour_checks();
  return **std::ranges::find(all, id, &BehaviourCheck::id);
}

inline CheckResult result_on(std::string_view id, std::string_view set_name,
                             void (*tamper)(Connection&) = nullptr,
                             MakeSabotage sabotage = nullptr) {
  const ScratchDirectory scratch(testing::TempDir());
  const PragmaSet set = PragmaSet::parse(set_name);
  return run_check(check_of(id),
                   {.claimed = set, .applied = set, .tamper = tamper, .sabotage = sabotage},
                   scratch.path());
}

}  // namespace pragmark::behaviour

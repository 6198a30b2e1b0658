// The table of checks, and every check on its right and its wrong configurations.
#include "pragmark/verify/behaviour.h"

#include <algorithm>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "behaviour/behaviour_check.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {
namespace {

using behaviour::behaviour_checks;
using behaviour::BehaviourCheck;

std::vector<const BehaviourCheck*> all_checks() {
  return {behaviour_checks().begin(), behaviour_checks().end()};
}

TEST(Checks, HaveAnIdOfTheirOwnAndAllThatAReaderNeeds) {
  std::set<std::string_view> ids;
  for (const BehaviourCheck* check : all_checks()) {
    EXPECT_TRUE(ids.insert(check->id).second) << check->id;
    const bool is_setting = find_pragma(check->setting) != nullptr;
    EXPECT_EQ(is_setting, check->claim.empty()) << check->id;
    EXPECT_TRUE(is_setting || (!check->repair.empty() && !check->documentation.empty()))
        << check->id;
    EXPECT_FALSE(check->question.empty()) << check->id;
    EXPECT_FALSE(check->consequence.empty()) << check->id;
    EXPECT_FALSE(check->right.empty()) << check->id;
    EXPECT_FALSE(check->controls.empty()) << check->id;
  }
}

TEST(Checks, RunOnProductionAndPass) {
  const ScratchDirectory scratch(testing::TempDir());
  const PragmaSet set = PragmaSet::parse("production");
  const auto results =
      run_behaviour_stage({.set = set, .scratch = scratch.path(), .tampering = {}});
  for (const CheckResult& r : results) {
    EXPECT_EQ(to_string(r.verdict), "pass") << r.id << ' ' << r.observed.value_or("-") << r.reason;
  }
}

}  // namespace
}  // namespace pragmark

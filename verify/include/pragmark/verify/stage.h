// The stages of a verification, each asking one question of a PRAGMA set, and the function that
// runs them.
//
//   Report report = verify({.set = PragmaSet::parse("production"), .directory = "."});
//
// To add a stage, add its header and source file and its line in the table of stage.cc.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/connection.h"
#include "pragmark/pragma_set.h"
#include "pragmark/verify/check.h"

namespace pragmark {

// Hooks that change a connection behind the verifier's back. They are how a check shows that it can
// fail: its negative control. Empty functions are not called.
struct Tampering {
  std::function<void(Connection&)> after_apply;
  std::function<void(Connection&)> after_work;
};

struct StageContext {
  const PragmaSet& set;
  std::filesystem::path scratch;  // an empty directory on the disk under test, for the stage alone
  Tampering tampering;
};

struct StageInfo {
  std::string_view name;
  std::string_view question;
  // Throws Interrupted; an Error of one check becomes its verdict, not an exception.
  std::vector<CheckResult> (*run)(const StageContext& context);
  bool on_request = false;  // runs only when it is named
};

// Every stage of this build, in the order in which they run.
[[nodiscard]] std::span<const StageInfo> stages() noexcept;
// Throws Error (kind Usage) that lists what there is.
[[nodiscard]] const StageInfo& find_stage(std::string_view name);

struct VerifyOptions {
  PragmaSet set;
  std::filesystem::path directory;  // the disk under test
  std::vector<std::string> stages;  // names; empty for every stage that is not on request
  Tampering tampering = {};         // for tests
  bool strict = false;              // a warning is a failure
};

// Works in a scratch directory inside `directory`, gone afterwards. Throws Error: kind Usage for an
// unknown stage, kind Environment when the directory cannot be used; and Interrupted.
[[nodiscard]] Report verify(const VerifyOptions& options);

}  // namespace pragmark

// Stage `behaviour`: does each setting have the effect that its value promises? Claimed is held
// against read back and against what was observed on a scratch database, on the disk under test:
// locks, syncs, files, rows. And a few topics on which every set depends, such as how a write
// transaction begins.
//
//   pass         seen as claimed
//   fail         neither read back nor seen as claimed
//   ineffective  read back as claimed, but seen otherwise
//   misread      seen as claimed, although the read-back denies it
//
// A check can fail: self_test() runs each against wrong configurations, its negative controls.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/verify/check.h"
#include "pragmark/verify/report_format.h"
#include "pragmark/verify/stage.h"

namespace pragmark {

// Writes a few MB into the scratch directory, and up to 150 MB for a set whose limits are large.
// Starts a second process for one of its checks. REQUIRES: no other thread of this process uses
// SQLite meanwhile.
[[nodiscard]] std::vector<CheckResult> run_behaviour_stage(const StageContext& context);

// One check on one configuration of which it is known what the verdict must be.
struct Trial {
  std::string configuration;  // in words
  Verdict expected = Verdict::Unknown;
  CheckResult result;

  [[nodiscard]] bool holds() const noexcept { return result.verdict == expected; }
};

struct CheckTrials {
  std::string id;
  std::string setting;
  std::string question;
  std::vector<Trial> right;     // each must pass
  std::vector<Trial> controls;  // each must get its bad verdict

  // With this library the check has no meaning: it skips right and wrong configurations alike.
  [[nodiscard]] bool is_impossible() const noexcept;
  [[nodiscard]] bool right_passes() const noexcept;
  [[nodiscard]] bool control_caught() const noexcept;
};

// Every check on right and on wrong configurations, in a scratch directory inside `directory`.
// Throws Error (kind Environment) and Interrupted.
[[nodiscard]] std::vector<CheckTrials> self_test(const std::filesystem::path& directory);
// Every control is caught and every right configuration passes, where that is possible.
[[nodiscard]] bool all_hold(const std::vector<CheckTrials>& trials) noexcept;

[[nodiscard]] std::string to_text(const std::vector<CheckTrials>& trials);
// Schema "pragmark.verify-self-test/1".
[[nodiscard]] std::string to_json(const std::vector<CheckTrials>& trials);

}  // namespace pragmark

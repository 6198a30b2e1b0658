// Says what SQLite makes of one setting as it was written, and of several in their order. Every
// opinion about a value comes from telling it to the linked library.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lint/statements.h"
#include "pragmark/trial.h"
#include "pragmark/verify/lint.h"

namespace pragmark::lint {

// What is wrong, and not yet where.
struct Opinion {
  std::string_view rule;  // an id of lint_rules()
  std::string written;
  std::string heard;
  std::string advice;
};

// Owns:    the answers that it got, so that nothing is tried twice.
// Threads: one thread at a time.
// Errors:  members throw Error when the scratch database cannot be opened.
class Judge {
 public:
  // REQUIRES: the folder of `scratch_file` exists; nobody needs the file.
  explicit Judge(std::string scratch_file);

  [[nodiscard]] std::optional<Opinion> name(std::string_view name) const;
  // The one name that a slip of the finger makes of another.
  [[nodiscard]] std::optional<std::string> nearest(std::string_view name) const;
  [[nodiscard]] bool is_known(std::string_view name) const;
  // REQUIRES: operand is as SQL would have it.
  [[nodiscard]] std::optional<Opinion> value(std::string_view name, std::string_view operand);
  // Of a setting alone, on a new database.
  [[nodiscard]] const TrialOutcome& heard_alone(const std::string& name,
                                                const std::string& operand);
  [[nodiscard]] std::vector<TrialOutcome> heard_together(std::span<const TrialStep> steps);
  // What a connection has that was told nothing.
  [[nodiscard]] std::string default_of(const std::string& name);

 private:
  [[nodiscard]] std::optional<Opinion> misheard(std::string_view name, std::string_view written,
                                                const TrialOutcome& outcome);

  std::string scratch_file_;
  std::vector<std::string> names_;  // lower case
  std::unordered_map<std::string, TrialOutcome> alone_;
};

// Heard as written, but in a unit that hardly anybody can have meant.
[[nodiscard]] std::optional<Opinion> unit_slip(std::string_view name, std::string_view heard);

}  // namespace pragmark::lint

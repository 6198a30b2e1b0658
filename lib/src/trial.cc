#include "pragmark/trial.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <sqlite3.h>

#include "pragma_probe.h"
#include "pragmark/assert.h"
#include "pragmark/error.h"
#include "text.h"

namespace pragmark {
namespace {

struct OtherSetting {
  std::string_view name;
  ValueKind kind;
};

// Settings that no PRAGMA set of pragmark holds, but that people write. What sets something of the
// whole process (soft_heap_limit, temp_store_directory) is not here.
constexpr OtherSetting kOtherSettings[] = {
    {"default_cache_size", ValueKind::Integer}, {"defer_foreign_keys", ValueKind::Boolean},
    {"max_page_count", ValueKind::Integer},     {"query_only", ValueKind::Boolean},
    {"user_version", ValueKind::Integer},
};

const OtherSetting* find_other(std::string_view name) noexcept {
  const auto* found = std::ranges::find_if(kOtherSettings, [&](const OtherSetting& setting) {
    return text::equal_ignoring_case(setting.name, name);
  });
  return found == std::end(kOtherSettings) ? nullptr : found;
}

bool is_word_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

struct CloseHandle {
  void operator()(sqlite3* handle) const noexcept { sqlite3_close(handle); }
};
using HandlePtr = std::unique_ptr<sqlite3, CloseHandle>;

HandlePtr open(const std::string& path) {
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  HandlePtr handle(raw);
  if (code != SQLITE_OK) throw Error::sqlite(raw, code, "open", "", path);
  return handle;
}

void remove_database(const std::string& path) noexcept {
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
    std::remove((path + suffix).c_str());  // most of them do not exist
  }
}

// A database that is gone when the trial ends, however it ends.
class TrialDatabase {
 public:
  explicit TrialDatabase(const std::string& path) : path_(path) {
    remove_database(path_);
    handle_ = open(path_);
  }
  ~TrialDatabase() {
    handle_.reset();
    remove_database(path_);
  }
  TrialDatabase(const TrialDatabase&) = delete;
  TrialDatabase& operator=(const TrialDatabase&) = delete;

  // Returns SQLite's words when it refuses.
  std::string run(const TrialStep& step) {
    switch (step.action) {
      case TrialAction::Set: return tell(handle_.get(), step.name, step.operand);
      case TrialAction::Begin: return execute("BEGIN IMMEDIATE");
      case TrialAction::Commit: return execute("COMMIT");
      case TrialAction::CreateTable: return execute("CREATE TABLE IF NOT EXISTS trial(x)");
      case TrialAction::Vacuum: return execute("VACUUM");
    }
    return {};
  }

  std::string value(const std::string& name) {
    const PragmaSpec* spec = find_pragma(name);
    return spec != nullptr ? read_back(handle_.get(), *spec).value_or("")
                           : ask(handle_.get(), name).value_or("");
  }

 private:
  std::string execute(const char* sql) {
    const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
    return code == SQLITE_OK ? "" : sqlite3_errmsg(handle_.get());
  }

  std::string path_;
  HandlePtr handle_;
};

}  // namespace

bool can_be_tried(std::string_view name) noexcept { return value_kind(name).has_value(); }

std::optional<ValueKind> value_kind(std::string_view name) noexcept {
  if (const PragmaSpec* spec = find_pragma(name)) return spec->kind;
  if (const OtherSetting* other = find_other(name)) return other->kind;
  return std::nullopt;
}

bool is_one_operand(std::string_view operand) noexcept {
  if (operand.size() >= 2 && (operand.front() == '\'' || operand.front() == '"')) {
    const std::string_view inside = operand.substr(1, operand.size() - 2);
    return operand.back() == operand.front() &&
           inside.find(operand.front()) == std::string_view::npos &&
           inside.find('\0') == std::string_view::npos;
  }
  if (operand.starts_with('-') || operand.starts_with('+')) operand.remove_prefix(1);
  return !operand.empty() && std::ranges::all_of(operand, is_word_character);
}

std::vector<std::string> pragma_names() { return listed_pragmas(open(":memory:").get()); }

std::optional<std::string> nearest_pragma(std::string_view name,
                                          std::span<const std::string> names) {
  constexpr std::size_t kShortestName = 5;
  constexpr std::size_t kLettersPerSlip = 4;
  constexpr std::size_t kMostSlips = 2;
  if (name.size() < kShortestName) return std::nullopt;
  const std::size_t allowed = std::min(kMostSlips, name.size() / kLettersPerSlip);
  std::optional<std::string> nearest;
  std::size_t least = allowed + 1;
  for (const std::string& known : names) {
    const std::size_t shorter = std::min(known.size(), name.size());
    if (std::max(known.size(), name.size()) - shorter > allowed) continue;
    const std::size_t distance = text::edit_distance(known, name);
    if (distance >= least) continue;
    least = distance;
    nearest = known;
  }
  return nearest;
}

std::vector<TrialOutcome> try_steps(const std::string& path, std::span<const TrialStep> steps) {
  TrialDatabase database(path);
  std::vector<TrialOutcome> outcomes;
  outcomes.reserve(steps.size());
  for (const TrialStep& step : steps) {
    const bool sets = step.action == TrialAction::Set;
    PRAGMARK_ASSERT(!sets || (can_be_tried(step.name) && is_one_operand(step.operand)));
    TrialOutcome outcome;
    outcome.error = database.run(step);
    if (sets) outcome.after = database.value(step.name);
    outcomes.push_back(std::move(outcome));
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].action == TrialAction::Set) outcomes[i].at_end = database.value(steps[i].name);
  }
  return outcomes;
}

}  // namespace pragmark

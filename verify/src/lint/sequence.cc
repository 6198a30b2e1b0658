#include "lint/sequence.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pragmark::lint {
namespace {

constexpr std::size_t kMostSteps = 200;  // of one sequence; what comes behind is judged alone
constexpr std::size_t kMostBlamed = 16;  // findings whose cause is searched for

struct Step {
  TrialStep trial;
  const Statement* statement;
  bool in_transaction;
};

std::string written(const Statement& statement) {
  return fmt::format("{}={}", statement.name, unquoted(statement.operand));
}

// The statements as steps of a trial, without what cannot matter to a setting: empty transactions,
// and all tables but the first.
class Script {
 public:
  explicit Script(std::span<const Statement> statements) {
    for (const Statement& statement : statements) {
      if (steps.size() + 3 > kMostSteps) break;
      add(statement);
    }
  }

  std::vector<Step> steps;

 private:
  void add(const Statement& statement) {
    switch (statement.form) {
      case Form::Begin:
        begin_ = &statement;
        in_transaction_ = true;
        break;
      case Form::Commit:
        if (begun_) push(TrialAction::Commit, statement);
        begun_ = in_transaction_ = false;
        break;
      case Form::CreateTable:
        if (table_ == nullptr) table_ = &statement;
        break;
      case Form::Vacuum:
        if (!in_transaction_ && !steps.empty() && steps.back().trial.action == TrialAction::Set) {
          push(TrialAction::Vacuum, statement);
        }
        break;
      case Form::Pragma:
        if (statement.operand_kind == OperandKind::Literal && can_be_tried(statement.name)) {
          add_setting(statement);
        }
        break;
    }
  }

  void add_setting(const Statement& statement) {
    if (in_transaction_ && !begun_) {
      push(TrialAction::Begin, *begin_);
      begun_ = true;
    }
    if (table_ != nullptr && !created_) {
      push(TrialAction::CreateTable, *table_);
      created_ = true;
    }
    push(TrialAction::Set, statement);
  }

  void push(TrialAction action, const Statement& statement) {
    steps.push_back({{.action = action, .name = statement.name, .operand = statement.operand},
                     &statement,
                     in_transaction_});
  }

  const Statement* begin_ = nullptr;
  const Statement* table_ = nullptr;
  bool in_transaction_ = false;
  bool begun_ = false;
  bool created_ = false;
};

std::vector<TrialOutcome> run(Judge& judge, std::span<const Step> steps) {
  std::vector<TrialStep> trial;
  std::ranges::transform(steps, std::back_inserter(trial), &Step::trial);
  return judge.heard_together(trial);
}

// Whether the driver has a timeout of its own before it is told one: Python's and mattn's for Go
// 5 s, rusqlite and sqlx 5 s, better-sqlite3 5 s, PDO 60 s, DBD::SQLite 30 s, Microsoft.Data.Sqlite
// 30 s, xerial's JDBC 3 s.
bool driver_waits(const SourceText& source, const Statement& statement) {
  constexpr std::string_view kLanguages[] = {"py", "rs", "php", "cs", "pl", "pm", "java", "kt"};
  const bool language = std::ranges::any_of(
      kLanguages, [&](std::string_view extension) { return source.has_extension(extension); });
  const bool mattn =
      source.has_extension("go") && source.text().find("\"sqlite3\"") != std::string::npos;
  // db.pragma("journal_mode = WAL") is better-sqlite3's.
  const std::string_view keyword = std::string_view(source.text()).substr(statement.offset, 6);
  return language || mattn || lower(keyword) != "pragma";
}

class Sequence {
 public:
  Sequence(Judge& judge, const SourceText& source, std::vector<Step> steps)
      : judge_(judge), source_(source), steps_(std::move(steps)), together_(run(judge_, steps_)) {}

  void judge_all(const Sink& sink) {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i].trial.action == TrialAction::Set) judge_one(i, sink);
    }
    judge_timeout(sink);
    judge_journal(sink);
  }

 private:
  void judge_one(std::size_t index, const Sink& sink) {
    const Step& step = steps_[index];
    const TrialOutcome alone = judge_.heard_alone(step.trial.name, step.trial.operand);
    if (!alone.error.empty()) return;  // refused in any order, which is said elsewhere
    const TrialOutcome& outcome = together_[index];
    const bool taken = outcome.error.empty() && outcome.after == alone.after;
    // It lasts until COMMIT by design.
    const bool lasts = step.trial.name != "defer_foreign_keys" && !is_set_again(index);
    if (outcome.at_end == alone.after || (taken && !lasts)) return;
    const std::string heard =
        !outcome.error.empty()
            ? fmt::format("an error: {}", outcome.error)
            : fmt::format("nothing: {} is in effect", taken ? outcome.at_end : outcome.after);
    const std::size_t cause = cause_of(index, alone.after);
    Opinion opinion{"order", written(*step.statement), heard, ""};
    if (cause == steps_.size()) {
      opinion.advice = "another setting beside it undoes it; change their order";
    } else if (steps_[cause].trial.action == TrialAction::Begin) {
      opinion.rule = "in-transaction";
      opinion.advice =
          fmt::format("set it before the transaction that begins in line {}", line_of(cause));
    } else {
      opinion.advice =
          cause < index
              ? fmt::format("set it before {} in line {}", name_of(cause), line_of(cause))
              : fmt::format("{} in line {} undoes it; set it there again, or leave that out",
                            name_of(cause), line_of(cause));
    }
    sink(step.statement->offset, std::move(opinion));
  }

  // The first other step that is enough to undo this one; all steps when none is.
  std::size_t cause_of(std::size_t index, const std::string& wanted) {
    if (blamed_++ >= kMostBlamed) return steps_.size();
    for (std::size_t other = 0; other < steps_.size(); ++other) {
      if (other == index || steps_[other].trial.name == steps_[index].trial.name) continue;
      const Step pair[] = {steps_[std::min(other, index)], steps_[std::max(other, index)]};
      const TrialOutcome outcome = run(judge_, pair)[other < index ? 1 : 0];
      if (!outcome.error.empty() || outcome.at_end != wanted) return other;
    }
    return steps_.size();
  }

  [[nodiscard]] bool is_set_again(std::size_t index) const {
    return std::any_of(steps_.begin() + static_cast<std::ptrdiff_t>(index) + 1, steps_.end(),
                       [&](const Step& later) {
                         return later.trial.action == TrialAction::Set &&
                                later.trial.name == steps_[index].trial.name;
                       });
  }

  [[nodiscard]] std::string name_of(std::size_t index) const {
    switch (steps_[index].trial.action) {
      case TrialAction::CreateTable: return "the first table";
      case TrialAction::Vacuum: return "VACUUM";
      case TrialAction::Commit: return "COMMIT";
      case TrialAction::Begin: return "BEGIN";
      case TrialAction::Set: break;
    }
    return written(*steps_[index].statement);
  }

  [[nodiscard]] std::size_t line_of(std::size_t index) const {
    return source_.place(steps_[index].statement->offset).line;
  }

  // The last step that sets `name`, or null.
  [[nodiscard]] const Step* last(std::string_view name) const {
    const auto found = std::find_if(steps_.rbegin(), steps_.rend(), [&](const Step& step) {
      return step.trial.action == TrialAction::Set && step.trial.name == name;
    });
    return found == steps_.rend() ? nullptr : &*found;
  }

  [[nodiscard]] const std::string& effect(const Step& step) const {
    return together_[static_cast<std::size_t>(&step - steps_.data())].at_end;
  }

  void judge_timeout(const Sink& sink) {
    const Step* journal = last("journal_mode");
    const auto timeout = std::ranges::find_if(steps_, [](const Step& step) {
      return step.trial.name == "busy_timeout" && step.trial.action == TrialAction::Set;
    });
    if (journal == nullptr || timeout == steps_.end() || &*timeout < journal) return;
    if (driver_waits(source_, *journal->statement)) return;
    if (effect(*journal) != "WAL" || effect(*timeout) == "0") return;
    sink(journal->statement->offset,
         {"late-timeout", written(*journal->statement),
          "no timeout yet: it fails at once when another connection is opening",
          fmt::format("set busy_timeout first, not in line {}",
                      source_.place(timeout->statement->offset).line)});
  }

  void judge_journal(const Sink& sink) {
    const Step* journal = last("journal_mode");
    const Step* synchronous = last("synchronous");
    if (journal == nullptr || synchronous == nullptr) return;
    const std::string& mode = effect(*journal);
    const std::string& level = effect(*synchronous);
    if ((mode != "MEMORY" && mode != "OFF") || (level != "FULL" && level != "EXTRA")) return;
    sink(synchronous->statement->offset,
         {"contradiction", written(*synchronous->statement),
          fmt::format("{} with no journal on disk: a crash may corrupt the database at any level",
                      level),
          fmt::format("choose another journal than {} in line {}", mode,
                      source_.place(journal->statement->offset).line)});
  }

  Judge& judge_;
  const SourceText& source_;
  std::vector<Step> steps_;
  std::vector<TrialOutcome> together_;
  std::size_t blamed_ = 0;
};

}  // namespace

void judge_sequence(Judge& judge, const SourceText& source, std::span<const Statement> statements,
                    const Sink& sink) {
  Script script(statements);
  if (script.steps.size() < 2) return;
  Sequence(judge, source, std::move(script.steps)).judge_all(sink);
}

}  // namespace pragmark::lint

// How stage `values` works. For each kind of connection: open without a set, apply the settings,
// compare (1), do the work that this kind does in the store, compare again (2). A setting passes
// when both comparisons say so; the first that does not is the one reported.
//
// The connections follow each other and share one database file, as after a restart of the
// application: what only lived in the connection that created the schema is gone when the next one
// opens, and what is claimed to live in the file is read back by a read-only connection that cannot
// have set it.
//
// An Error of SQLite on the way leaves the settings of that connection unknown.
#include "pragmark/verify/values.h"

#include <array>
#include <optional>

#include <fmt/format.h>

#include "pragmark/error.h"
#include "pragmark/schema.h"
#include "pragmark/store.h"
#include "pragmark/strategy.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark {
namespace {

constexpr std::string_view kStage = "values";
constexpr std::string_view kReadBack = "V001";
constexpr std::string_view kStoreWorks = "V002";

constexpr std::array kConnectionKinds = {ConnectionKind::SchemaCreation, ConnectionKind::ReadWrite,
                                         ConnectionKind::ReadOnly, ConnectionKind::InMemory};

Topic scratch_topic(std::string_view id) {
  Topic topic;
  topic.id = id;
  topic.title = "scratch";
  topic.status = "new";
  topic.language = "en";
  return topic;
}

// What a connection of this kind is there for.
void work(Connection& connection) {
  switch (connection.kind()) {
    case ConnectionKind::SchemaCreation: create_schema(connection); return;
    case ConnectionKind::InMemory: create_schema(connection); [[fallthrough]];
    case ConnectionKind::ReadWrite: {
      Transaction transaction(connection);
      Writer(connection).insert(scratch_topic("written"));
      transaction.commit();
      return;
    }
    case ConnectionKind::ReadOnly: connection.prepare("SELECT count(*) FROM topics").run(); return;
  }
}

CheckResult blank_result(const Setting& setting, ConnectionKind kind) {
  CheckResult result;
  result.id = kReadBack;
  result.stage = kStage;
  result.connection = to_string(kind);
  result.setting = setting.spec->name;
  result.scope = to_string(setting.spec->scope);
  result.claimed = setting.value;
  result.documentation = documentation_url(*setting.spec);
  return result;
}

CheckResult judge(const AppliedSetting& before, const AppliedSetting& after, ConnectionKind kind) {
  const bool undone = before.outcome == Applied::InEffect && after.outcome == Applied::Differs;
  const AppliedSetting& shown = before.outcome == Applied::Differs ? before : after;
  CheckResult result = blank_result(shown.setting, kind);
  if (!shown.read_back.empty()) result.read_back = shown.read_back;
  switch (shown.outcome) {
    case Applied::InEffect: result.verdict = Verdict::Pass; break;
    case Applied::NotApplicable:
      result.verdict = Verdict::Skipped;
      result.reason = shown.reason;
      break;
    case Applied::Differs:
      result.verdict = Verdict::Fail;
      result.reason =
          undone ? "read back as claimed at first, but not after the connection worked; " : "";
      result.reason += shown.reason;
      result.consequence = shown.setting.spec->consequence;
      result.repair = shown.setting.to_sql();
      break;
  }
  return result;
}

std::vector<CheckResult> read_back_on(ConnectionKind kind, const StageContext& context) {
  const std::span<const Setting> settings = context.set.settings();
  std::vector<CheckResult> results;
  try {
    Connection connection = Connection::open(
        {.path = kind == ConnectionKind::InMemory ? ":memory:" : context.scratch / "values.db",
         .kind = kind});
    apply_settings(connection.handle(), settings, kind);
    if (context.tampering.after_apply) context.tampering.after_apply(connection);
    const auto before = compare_settings(connection.handle(), settings, kind);
    work(connection);
    if (context.tampering.after_work) context.tampering.after_work(connection);
    const auto after = compare_settings(connection.handle(), settings, kind);
    for (std::size_t i = 0; i < settings.size(); ++i) {
      results.push_back(judge(before[i], after[i], kind));
    }
  } catch (const Error& error) {
    results.clear();
    for (const Setting& setting : settings) {
      CheckResult result = blank_result(setting, kind);
      result.verdict = Verdict::Unknown;
      result.reason = error.what();
      results.push_back(std::move(result));
    }
  }
  return results;
}

// The store as an application opens it: a write and a read of what was written.
CheckResult store_works(const StrategyInfo& strategy, const StageContext& context) {
  CheckResult result;
  result.id = kStoreWorks;
  result.stage = kStage;
  result.connection = "store";
  result.setting = "strategy";
  result.claimed = strategy.name;
  result.consequence = "the application stops at its first request";
  try {
    Store store({.path = context.scratch / fmt::format("{}.db", strategy.name),
                 .set = context.set,
                 .strategy = std::string(strategy.name)});
    const Topic written = scratch_topic("written");
    store.insert(written);
    const std::optional<Topic> read = store.get_topic(written.id);
    result.observed = read ? "1 row written, 1 read" : "1 row written, 0 read";
    if (read == written) {
      result.verdict = Verdict::Pass;
      result.consequence.clear();
    } else {
      result.verdict = Verdict::Fail;
      result.reason = "the row did not come back as it was written";
    }
  } catch (const Error& error) {
    const bool machine = error.kind() == ErrorKind::Environment;
    result.verdict = machine ? Verdict::Unknown : Verdict::Fail;
    result.reason = error.what();
  }
  return result;
}

}  // namespace

std::vector<CheckResult> run_values_stage(const StageContext& context) {
  std::vector<CheckResult> results;
  for (const ConnectionKind kind : kConnectionKinds) {
    throw_if_interrupted();
    for (CheckResult& result : read_back_on(kind, context)) results.push_back(std::move(result));
  }
  for (const StrategyInfo& strategy : strategies()) {
    throw_if_interrupted();
    results.push_back(store_works(strategy, context));
  }
  return results;
}

}  // namespace pragmark

// The stage on good sets, and its negative control: for every setting of the table, on every kind
// of connection, a value changed behind the verifier's back must be found.
#include "pragmark/verify/values.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pragmark/schema.h"
#include "pragmark/strategy.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {
namespace {

using testing::HasSubstr;

std::vector<CheckResult> run(const PragmaSet& set, const Tampering& tampering = {}) {
  const ScratchDirectory scratch(testing::TempDir());
  return run_values_stage({.set = set, .scratch = scratch.path(), .tampering = tampering});
}

const CheckResult& find(const std::vector<CheckResult>& results, std::string_view connection,
                        std::string_view setting) {
  const auto found = std::ranges::find_if(results, [&](const CheckResult& result) {
    return result.connection == connection && result.setting == setting;
  });
  if (found == results.end()) {
    throw std::out_of_range(fmt::format("no result for {} {}", connection, setting));
  }
  return *found;
}

std::string describe(const CheckResult& result) {
  return fmt::format("{} {} {}: claimed {}, read back {}: {} {}", result.id, result.connection,
                     result.setting, result.claimed, result.read_back.value_or("-"),
                     to_string(result.verdict), result.reason);
}

class BuiltinSet : public testing::TestWithParam<std::string> {};

TEST_P(BuiltinSet, PassesOnEveryConnection) {
  const PragmaSet set = PragmaSet::parse(GetParam());
  const std::vector<CheckResult> results = run(set);
  EXPECT_EQ(results.size(), set.settings().size() * 4 + strategies().size());
  // A set that locks everybody else out is no use to a store with several connections, nor to a
  // reader: what is read on connections that come alone must hold all the same.
  const bool alone = set.value("locking_mode") == "EXCLUSIVE";
  for (const CheckResult& result : results) {
    if (alone && (result.id == "V002" || result.connection == "read-only")) continue;
    EXPECT_TRUE(result.verdict == Verdict::Pass || result.verdict == Verdict::Skipped)
        << describe(result);
    EXPECT_EQ(result.verdict == Verdict::Skipped, !result.reason.empty()) << describe(result);
  }
}

std::vector<std::string> names_of_sets() {
  std::vector<std::string> names;
  for (const PragmaSet& set : PragmaSet::all()) names.push_back(set.name());
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, BuiltinSet, testing::ValuesIn(names_of_sets()));

TEST(Values, SaysWhatIsClaimedWhereItIsKeptAndWhereToReadOn) {
  const std::vector<CheckResult> results = run(PragmaSet::parse("production"));
  const CheckResult& mode = find(results, "read-only", "journal_mode");
  EXPECT_EQ(mode.claimed, "WAL");
  EXPECT_EQ(mode.read_back, "WAL");
  EXPECT_EQ(mode.scope, "file");
  EXPECT_EQ(mode.stage, "values");
  EXPECT_EQ(mode.documentation, "https://www.sqlite.org/pragma.html#pragma_journal_mode");
  EXPECT_EQ(find(results, "read-write", "cache_size").scope, "connection");
}

TEST(Values, SkipsWhatHasNoMeaningInMemory) {
  const std::vector<CheckResult> results = run(PragmaSet::parse("production"));
  EXPECT_EQ(find(results, "in-memory", "journal_mode").verdict, Verdict::Skipped);
  EXPECT_EQ(find(results, "in-memory", "synchronous").verdict, Verdict::Pass);
}

// Claimed and, behind the verifier's back, set. Every row of the PRAGMA table needs one here.
struct Control {
  std::string_view claimed;
  std::string_view tampered;
};
const std::map<std::string_view, Control> kControls = {
    {"busy_timeout", {"5000", "0"}},
    {"page_size", {"8192", "4096"}},
    {"auto_vacuum", {"INCREMENTAL", "FULL"}},
    {"locking_mode", {"NORMAL", "EXCLUSIVE"}},
    {"application_id", {"1", "2"}},
    {"journal_mode", {"WAL", "DELETE"}},
    {"synchronous", {"FULL", "OFF"}},
    {"cache_size", {"-20000", "10"}},
    {"foreign_keys", {"ON", "OFF"}},
    {"temp_store", {"MEMORY", "FILE"}},
    {"mmap_size", {"1048576", "0"}},
    {"wal_autocheckpoint", {"1000", "0"}},
    {"journal_size_limit", {"1048576", "-1"}},
    {"cell_size_check", {"ON", "OFF"}},
    {"trusted_schema", {"OFF", "ON"}},
    {"secure_delete", {"ON", "OFF"}},
    {"analysis_limit", {"400", "0"}},
    {"cache_spill", {"OFF", "ON"}},
    {"threads", {"2", "0"}},
    {"read_uncommitted", {"ON", "OFF"}},
    {"recursive_triggers", {"ON", "OFF"}},
    {"automatic_index", {"OFF", "ON"}},
    {"reverse_unordered_selects", {"ON", "OFF"}},
    {"fullfsync", {"ON", "OFF"}},
    {"checkpoint_fullfsync", {"ON", "OFF"}},
    {"ignore_check_constraints", {"ON", "OFF"}},
    {"legacy_alter_table", {"ON", "OFF"}},
};

TEST(Controls, CoverTheWholeTable) {
  for (const PragmaSpec& spec : pragma_table()) {
    EXPECT_TRUE(kControls.contains(spec.name)) << "add a negative control for " << spec.name;
  }
}

class NegativeControl : public testing::TestWithParam<std::string_view> {
 protected:
  NegativeControl()
      : control_(kControls.at(GetParam())),
        set_(PragmaSet::parse(fmt::format("production+{}={}", GetParam(), control_.claimed))),
        wrong_(parse_setting(GetParam(), control_.tampered)) {}

  // Nobody can change it in a database that has pages: PageSizeOfTheFile has its control.
  [[nodiscard]] bool is_page_size() const { return GetParam() == "page_size"; }
  [[nodiscard]] bool is_in_file() const { return wrong_.spec->scope == Scope::File; }

  Control control_;
  PragmaSet set_;
  Setting wrong_;
};

// The clean control: the same set passes when nobody tampers.
TEST_P(NegativeControl, PassesWithoutTampering) {
  const std::vector<CheckResult> results = run(set_);
  for (const std::string_view connection : {"schema-creation", "read-write", "read-only"}) {
    const CheckResult& result = find(results, connection, GetParam());
    EXPECT_EQ(result.verdict, Verdict::Pass) << describe(result);
  }
}

TEST_P(NegativeControl, IsCaughtAfterApplying) {
  const auto tamper = [this](Connection& connection) {
    const bool read_only = connection.kind() == ConnectionKind::ReadOnly;
    const bool of_a_file = connection.kind() != ConnectionKind::InMemory;
    if (!(read_only && is_in_file()) && !(of_a_file && is_page_size())) {
      connection.execute(wrong_.to_sql());
    }
  };
  const std::vector<CheckResult> results = run(set_, {.after_apply = tamper, .after_work = {}});
  for (const std::string_view connection :
       {"schema-creation", "read-write", "read-only", "in-memory"}) {
    const CheckResult& result = find(results, connection, GetParam());
    if (connection == "in-memory" && result.verdict == Verdict::Skipped) continue;
    if (connection != "in-memory" && is_page_size()) continue;
    EXPECT_EQ(result.verdict, Verdict::Fail) << describe(result);
    EXPECT_EQ(result.read_back, control_.tampered) << describe(result);
    EXPECT_EQ(result.repair, parse_setting(GetParam(), control_.claimed).to_sql());
    EXPECT_NE(result.consequence, "");
    EXPECT_NE(result.reason, "");
  }
  EXPECT_EQ(overall_verdict(results), Verdict::Fail);
}

TEST_P(NegativeControl, IsCaughtAfterWork) {
  if (is_page_size()) return;
  const auto tamper = [this](Connection& connection) {
    if (connection.kind() == ConnectionKind::ReadWrite) connection.execute(wrong_.to_sql());
  };
  const std::vector<CheckResult> results = run(set_, {.after_apply = {}, .after_work = tamper});
  const CheckResult& result = find(results, "read-write", GetParam());
  EXPECT_EQ(result.verdict, Verdict::Fail) << describe(result);
  EXPECT_THAT(result.reason, HasSubstr("at first, but not after the connection worked"));
  EXPECT_EQ(result.read_back, control_.tampered) << describe(result);
  // The next connection finds it in the file, and only there.
  const CheckResult& next = find(results, "read-only", GetParam());
  EXPECT_EQ(next.verdict, is_in_file() ? Verdict::Fail : Verdict::Pass) << describe(next);
}

std::vector<std::string_view> names_of_settings() {
  std::vector<std::string_view> names;
  for (const auto& [name, control] : kControls) names.push_back(name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, NegativeControl, testing::ValuesIn(names_of_settings()),
                         [](const auto& parameter) { return std::string(parameter.param); });

// SQLite ignores a page size for a database that has pages, without a word. The stage's file exists
// already here, with another size.
TEST(NegativeControl, PageSizeOfTheFileIsCaughtOnEveryConnection) {
  const ScratchDirectory scratch(testing::TempDir());
  const PragmaSet other = PragmaSet::parse("production+page_size=4096");
  {
    Connection connection = Connection::open(
        {.path = scratch.file("values.db"), .kind = ConnectionKind::SchemaCreation, .set = &other});
    create_schema(connection);
  }
  const PragmaSet claimed = PragmaSet::parse("production+page_size=8192");
  const std::vector<CheckResult> results =
      run_values_stage({.set = claimed, .scratch = scratch.path(), .tampering = {}});
  for (const std::string_view connection : {"schema-creation", "read-write", "read-only"}) {
    const CheckResult& result = find(results, connection, "page_size");
    EXPECT_EQ(result.verdict, Verdict::Fail) << describe(result);
    EXPECT_EQ(result.read_back, "4096");
  }
}

// Some other code may repair by chance what was wrong at first; the first requests ran without it.
TEST(NegativeControl, IsCaughtEvenWhenItIsRightAgainLater) {
  const auto spoil = [](Connection& connection) {
    connection.execute(parse_setting("synchronous", "OFF").to_sql());
  };
  const auto repair = [](Connection& connection) {
    connection.execute(parse_setting("synchronous", "NORMAL").to_sql());
  };
  const std::vector<CheckResult> results =
      run(PragmaSet::parse("production"), {.after_apply = spoil, .after_work = repair});
  const CheckResult& result = find(results, "read-write", "synchronous");
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_EQ(result.read_back, "OFF");
}

// A connection that SQLite cannot open leaves its settings unknown, and the others as they are.
TEST(Values, IsUnknownWhereSqliteFails) {
  const ScratchDirectory scratch(testing::TempDir());
  std::filesystem::create_directory(scratch.path() / "values.db");  // no file to open
  const PragmaSet set = PragmaSet::parse("production");
  const std::vector<CheckResult> results =
      run_values_stage({.set = set, .scratch = scratch.path(), .tampering = {}});
  for (const Setting& setting : set.settings()) {
    for (const std::string_view connection : {"schema-creation", "read-write", "read-only"}) {
      const CheckResult& result = find(results, connection, setting.spec->name);
      EXPECT_EQ(result.verdict, Verdict::Unknown) << describe(result);
      EXPECT_THAT(result.reason, HasSubstr("values.db"));
      EXPECT_FALSE(result.read_back.has_value());
    }
  }
  EXPECT_EQ(find(results, "in-memory", "synchronous").verdict, Verdict::Pass);
  EXPECT_EQ(overall_verdict(results), Verdict::Unknown);
}

const CheckResult& store_result(const std::vector<CheckResult>& results,
                                std::string_view strategy) {
  const auto found = std::ranges::find_if(results, [&](const CheckResult& result) {
    return result.id == "V002" && result.claimed == strategy;
  });
  if (found == results.end()) throw std::out_of_range(std::string(strategy));
  return *found;
}

TEST(StoreWorks, UnderEveryStrategy) {
  const std::vector<CheckResult> results = run(PragmaSet::parse("production"));
  for (const StrategyInfo& strategy : strategies()) {
    const CheckResult& result = store_result(results, strategy.name);
    EXPECT_EQ(result.verdict, Verdict::Pass) << describe(result);
    EXPECT_EQ(result.observed, "1 row written, 1 read");
  }
}

// A set whose every setting reads back as claimed, and with which no store can work: the writer's
// connection locks the reader's out.
TEST(StoreWorks, FailsWithASetThatLocksItsOwnReaderOut) {
  const PragmaSet set = PragmaSet::parse("production+locking_mode=EXCLUSIVE+busy_timeout=0");
  const std::vector<CheckResult> results = run(set);
  EXPECT_EQ(find(results, "read-write", "locking_mode").verdict, Verdict::Pass);
  const CheckResult& result = store_result(results, "per-thread");
  EXPECT_EQ(result.verdict, Verdict::Fail) << describe(result);
  EXPECT_THAT(result.reason, HasSubstr("locked"));
  EXPECT_NE(result.consequence, "");
}

TEST(StoreWorks, IsUnknownWhereTheDiskFails) {
  const ScratchDirectory scratch(testing::TempDir());
  std::filesystem::create_directory(scratch.path() / "per-thread.db");
  const PragmaSet set = PragmaSet::parse("production");
  const std::vector<CheckResult> results =
      run_values_stage({.set = set, .scratch = scratch.path(), .tampering = {}});
  EXPECT_EQ(store_result(results, "per-thread").verdict, Verdict::Unknown);
  EXPECT_EQ(store_result(results, "open-per-op").verdict, Verdict::Pass);
}

}  // namespace
}  // namespace pragmark

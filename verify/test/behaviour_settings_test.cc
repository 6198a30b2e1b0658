// What the checks of pages, sorts, the file, the schema and queries count, and the values at which
// they could go wrong. behaviour_checks_test.cc runs each on its right and wrong configurations.
#include <algorithm>
#include <ostream>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "behaviour/behaviour_check.h"
#include "behaviour/scratch_pages.h"
#include "pragmark/verify/scratch_directory.h"
#include "pragmark/verify/sqlite_library.h"

namespace pragmark::behaviour {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

const BehaviourCheck& check_of(std::string_view setting) {
  const auto all = behaviour_checks();
  const auto found = std::ranges::find(all, setting, &BehaviourCheck::setting);
  if (found == all.end()) throw std::out_of_range(std::string(setting));
  return **found;
}

bool has_shared_cache() {
  const std::vector<std::string> options = linked_sqlite().compile_options;
  return std::ranges::find(options, "OMIT_SHARED_CACHE") == options.end();
}

CheckResult result_on(std::string_view setting, const std::string& set_name) {
  const ScratchDirectory scratch(testing::TempDir());
  const PragmaSet set = PragmaSet::parse(set_name);
  return run_check(check_of(setting), {.claimed = set, .applied = set}, scratch.path());
}

TEST(SettingChecks, AreThereForEverySettingThatPragmarkKnows) {
  std::set<std::string_view> checked;
  for (const BehaviourCheck* check : behaviour_checks()) checked.insert(check->setting);
  for (const PragmaSpec& spec : pragma_table()) {
    EXPECT_TRUE(checked.contains(spec.name)) << "add a behaviour check for " << spec.name;
  }
}

// What is seen of a wrong configuration contradicts the claim by itself: that SQLite also answers
// something else must not be what catches it.
TEST(SettingChecks, SeeWhatIsWrongWithoutReadBack) {
  const std::set<std::string_view> kIdsHere = {"C", "M", "F", "S", "Q", "Y"};
  for (const BehaviourCheck* check : behaviour_checks()) {
    if (!kIdsHere.contains(check->id.substr(0, 1))) continue;
    for (const Control& control : check->controls) {
      const ScratchDirectory scratch(testing::TempDir());
      Experiment experiment({.claimed = PragmaSet::parse(control.claimed),
                             .applied = PragmaSet::parse(control.applied),
                             .tamper = control.tamper,
                             .sabotage = control.sabotage,
                             .uri_query = control.uri_query},
                            check->setting, scratch.path());
      const Observation seen = check->observe(experiment);
      const bool possible = control.uri_query.empty() || has_shared_cache();
      EXPECT_TRUE(seen.effect == Effect::Contrary || !possible)
          << check->id << ' ' << control.what << ": " << seen.observed;
    }
  }
}

struct Evidence {
  std::string setting;
  std::string set;
  std::string observed;  // a regular expression
  std::string verdict = "pass";
};

void PrintTo(const Evidence& evidence, std::ostream* out) {
  *out << evidence.setting << " on " << evidence.set;
}

class SettingEvidence : public testing::TestWithParam<Evidence> {};

TEST_P(SettingEvidence, HasItsNumbers) {
  const Evidence& expected = GetParam();
  const CheckResult result = result_on(expected.setting, expected.set);
  EXPECT_THAT(result.observed.value_or(""), MatchesRegex(expected.observed)) << expected.set;
  EXPECT_EQ(to_string(result.verdict), expected.verdict) << expected.set << ": " << result.reason;
}

INSTANTIATE_TEST_SUITE_P(
    Pages, SettingEvidence,
    testing::Values(
        Evidence{"cache_size", "production",
                 "4[0-9]{3} pages read twice: 4[0-9]{3} misses, then 0; .*"},
        Evidence{"cache_size", "default+cache_size=0",
                 "32 pages read twice: 3[0-9] misses, then 3[0-9]; [0-9] KiB cached of 32 pages"},
        // Too small for a path from the root to a leaf: every pass misses, as it must.
        Evidence{"cache_size", "default+cache_size=1",
                 "34 pages read twice: 35 misses, then 35; .*"},
        Evidence{"cache_size", "default+cache_size=-10+page_size=65536", ".* of 32 pages"},
        // Just more than is filled here, and much more.
        Evidence{"cache_size", "default+cache_size=-25000+page_size=512",
                 "29991 pages .*, then 0; .*"},
        Evidence{"cache_size", "default+cache_size=1000000000+page_size=65536",
                 "384 pages .*, then 0; .*"},
        // Mapped pages would go past the cache.
        Evidence{"cache_size", "production+mmap_size=268435456", ".* misses, then 0; .*"},
        Evidence{"mmap_size", "default+mmap_size=0",
                 "of 1024 pages read 0 mapped, with 10[0-9]{2} reads of the file"},
        Evidence{"mmap_size", "production+mmap_size=1048576",
                 "of 1024 pages read 25[45] mapped, with 77[0-9] reads of the file"},
        Evidence{"mmap_size", "default+mmap_size=1073741824+page_size=512",
                 "of 8192 pages read 8[0-9]{3} mapped, with [0-2] reads of the file"},
        Evidence{"mmap_size", "default+mmap_size=4096", "of 1024 pages read 0 mapped, .*",
                 "ineffective"},
        Evidence{"cache_spill", "production+cache_spill=OFF",
                 "0 writes to the database before the COMMIT of 400 pages, .*"},
        Evidence{"cache_spill", "default+cache_spill=ON+journal_mode=OFF",
                 "[1-9][0-9]* writes to the database before the COMMIT of 400 pages, .*"}));

INSTANTIATE_TEST_SUITE_P(
    Sorts, SettingEvidence,
    testing::Values(
        Evidence{"temp_store", "default+temp_store=FILE+page_size=65536+cache_size=100000",
                 "temporary files of a sort of 4 MiB: 1, writes to them: [1-9][0-9]*"},
        Evidence{"temp_store", "production",
                 "temporary files of a sort of 4 MiB: 0, writes to them: 0"},
        Evidence{"threads", "default+threads=0", "0 threads beside the caller's in a sort"},
        Evidence{"threads", "default+threads=7", "7 threads beside the caller's in a sort"},
        Evidence{"threads", "production+threads=7", "0 threads beside the caller's in a sort",
                 "ineffective"}));

INSTANTIATE_TEST_SUITE_P(
    File, SettingEvidence,
    testing::Values(
        Evidence{"page_size", "production+page_size=65536", "65536 bytes in the file's header"},
        Evidence{"auto_vacuum", "default+auto_vacuum=FULL",
                 "53 pages, 3 after a DELETE of 50, 3 after an incremental vacuum: FULL"},
        Evidence{"auto_vacuum", "default+auto_vacuum=INCREMENTAL",
                 "53 pages, 53 after a DELETE of 50, 3 after an incremental vacuum: INCREMENTAL"},
        Evidence{"auto_vacuum", "default",
                 "52 pages, 52 after a DELETE of 50, 52 after an incremental vacuum: NONE"},
        Evidence{"application_id", "default+application_id=-2147483648",
                 "-2147483648 in the file's header"},
        Evidence{"secure_delete", "default+secure_delete=OFF+page_size=512",
                 "left in the file's bytes: [1-9][0-9]* copies of 20 deleted rows, "
                 "[1-9][0-9]* of 50 freed pages: OFF"},
        Evidence{"secure_delete", "default+secure_delete=FAST+page_size=65536",
                 "left in the file's bytes: 0 copies of 20 deleted rows, "
                 "[1-9][0-9]* of 50 freed pages: FAST"},
        // The file is cut where the freed pages were, were it not for the check.
        Evidence{"secure_delete", "default+secure_delete=FAST+auto_vacuum=FULL", ".*: FAST"},
        Evidence{"secure_delete", "production+secure_delete=ON+page_size=512",
                 "left in the file's bytes: 0 copies of 20 deleted rows, 0 of 50 freed pages: "
                 "ON"}));

INSTANTIATE_TEST_SUITE_P(
    Schema, SettingEvidence,
    testing::Values(
        // With auto_vacuum the table's page is another one.
        Evidence{"cell_size_check", "default+cell_size_check=ON+page_size=512+auto_vacuum=FULL",
                 "a row beside an oversize cell: refused, SQLITE_CORRUPT .*"},
        Evidence{"cell_size_check", "default+cell_size_check=OFF+page_size=65536",
                 "a row beside an oversize cell: read"},
        Evidence{"trusted_schema", "production+trusted_schema=OFF",
                 "a view's function: refused, called when marked as innocuous"},
        Evidence{"ignore_check_constraints", "production+ignore_check_constraints=OFF",
                 "a row that violates CHECK: refused"},
        Evidence{"recursive_triggers", "production+recursive_triggers=OFF",
                 "2 rows of a trigger that fires itself, 3 if it does"},
        Evidence{"legacy_alter_table", "production+legacy_alter_table=ON",
                 "a view names a renamed table by its old name"}));

INSTANTIATE_TEST_SUITE_P(
    Queries, SettingEvidence,
    testing::Values(Evidence{"automatic_index", "production+automatic_index=OFF",
                             "0 of 200 rows put into an automatic index by a join without one"},
                    Evidence{"reverse_unordered_selects", "production+reverse_unordered_selects=ON",
                             "row 3 of 3 comes first when no order is asked for"},
                    Evidence{"analysis_limit", "production+analysis_limit=1",
                             "ANALYZE reads about [0-9]{1,2} of 4000 rows"},
                    Evidence{"analysis_limit", "production+analysis_limit=25000",
                             "ANALYZE reads about 2[0-9]{4} of 100000 rows"},
                    Evidence{"analysis_limit", "production+analysis_limit=25001", "", "skipped"},
                    Evidence{"read_uncommitted", "production+read_uncommitted=ON",
                             "0 of 1 uncommitted row seen by another connection", "ineffective"},
                    Evidence{"read_uncommitted",
                             "production+read_uncommitted=OFF+locking_mode=EXCLUSIVE", "",
                             "skipped"},
                    Evidence{"fullfsync", "production+fullfsync=ON+synchronous=OFF",
                             "3 of 3 syncs of a commit are full ones.*"},
                    Evidence{"checkpoint_fullfsync", "default+checkpoint_fullfsync=ON",
                             "2 of 2 syncs of a checkpoint are full ones.*"},
                    Evidence{"checkpoint_fullfsync",
                             "default+checkpoint_fullfsync=OFF+fullfsync=ON", "", "skipped"}));

TEST(SettingReasons, SayWhyAValueHasNoEffect) {
  EXPECT_THAT(result_on("mmap_size", "default+mmap_size=256").reason,
              HasSubstr("256 bytes hold no page of 4096 bytes"));
  EXPECT_THAT(result_on("threads", "production+threads=2").reason,
              HasSubstr("one thread makes a sort in memory (temp_store)"));
  EXPECT_THAT(result_on("read_uncommitted", "default+read_uncommitted=ON").reason,
              HasSubstr("shared cache"));
}

// More than the library was built for: SQLite answers the maximum, and has it in effect.
TEST(SettingReasons, AValueAboveTheMaximumOfTheLibraryFails) {
  const CheckResult threads = result_on("threads", "default+threads=1000");
  EXPECT_EQ(to_string(threads.verdict), "fail");
  EXPECT_EQ(threads.observed, *threads.read_back + " threads beside the caller's in a sort");
  EXPECT_EQ(to_string(result_on("mmap_size", "default+mmap_size=9000000000000000000").verdict),
            "fail");
}

TEST(ScratchPages, HaveARowEach) {
  for (const std::string_view page_size : {"512", "4096", "65536"}) {
    const ScratchDirectory scratch(testing::TempDir());
    const PragmaSet set = PragmaSet::parse("default").with("page_size", page_size);
    Experiment experiment({.claimed = set, .applied = set}, "page_size", scratch.path());
    Connection maker = open_maker(experiment);
    create_pages(maker);
    const std::int64_t without = read_page_count(maker.handle());
    constexpr std::int64_t kRows = 20;
    insert_pages(maker, kRows, claimed_integer(experiment, "page_size"));
    // The root of the table was there, and is above the rows now.
    EXPECT_EQ(read_page_count(maker.handle()) - without, kRows) << page_size;
    EXPECT_EQ(number(maker, "SELECT max(id) FROM pages"), kRows);
    EXPECT_EQ(experiment.counts().at(FileRole::Main).writes, 0U);
  }
}

}  // namespace
}  // namespace pragmark::behaviour

// Which states are visited and which losses drawn, of logs made by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crash/explorer.h"
#include "crash/explorer_parts.h"
#include "crash/finding.h"
#include "crash/recording.h"

namespace pragmark::crash {
namespace {

using Kind = OperationKind;
using testing::UnorderedElementsAre;

class ExplorerTest : public testing::Test {
 protected:
  ExplorerTest() {
    log_.baseline["f"] = Bytes(4096, 'o');
    log_.baseline_files["f"] = 0;
    log_.names = {"f", "j"};
  }
  void add(const Operation& operation) { log_.operations.push_back(operation); }
  void write(std::uint32_t file, std::uint32_t bytes) {
    add({.kind = Kind::Write, .file = file, .bytes = bytes, .data = log_.data.size()});
    log_.data.insert(log_.data.end(), bytes, 'n');
  }

  OperationLog log_;
};

TEST_F(ExplorerTest, AKilledProcessLosesNothingButTheEndOfTheWriteThatIsUnderWay) {
  write(0, 2048);
  write(0, 1024);
  std::vector<std::string> states;
  const auto see = [&](const CrashPoint&, const CrashState& state) {
    std::string text = std::to_string(state.point) + ":";
    for (const std::string& lost : grouped(state.losses)) text += " " + lost;
    states.push_back(text);
  };
  static_cast<void>(explore(log_, Model::ProcessKill, {.images = 100, .seed = 1}, see));
  EXPECT_THAT(states,
              UnorderedElementsAre("0:", "1:", "1: 0.1-3", "1: 0.2-3", "1: 0.3", "2:", "2: 1.1"));
}

TEST_F(ExplorerTest, GarbageIsDrawnForWritesAndByItsOwnModelAlone) {
  add({.kind = Kind::Create, .name = 1, .file = 1});
  write(1, 2048);
  CrashPoint at(log_, {});
  at.advance_to(2);
  const auto garbage = [&](Model model, std::uint32_t operation) {
    Random random(1);
    int drawn = 0;
    for (int i = 0; i < 100; ++i) {
      for (const Loss& loss : sample(at, log_, model, random)) {
        if (loss.operation == operation && loss.garbage) ++drawn;
      }
    }
    return drawn;
  };
  EXPECT_GT(garbage(Model::SubsetGarbage, 1), 0);
  EXPECT_EQ(garbage(Model::SubsetGarbage, 0), 0) << "a directory entry";
  EXPECT_EQ(garbage(Model::SubsetTorn, 1), 0);
}

TEST_F(ExplorerTest, ATruncationIsCertainOnceAJournallingFilesystemHasSyncedAnotherFile) {
  add({.kind = Kind::Create, .name = 1, .file = 1});
  add({.kind = Kind::Truncate, .file = 0, .offset = 512});
  add({.kind = Kind::Sync, .file = 1});
  const auto losable_under = [&](Model model) {
    CrashPoint at(log_, rules_of(model, std::nullopt));
    at.advance_to(3);
    return losable(at);
  };
  EXPECT_THAT(losable_under(Model::FsJournal), testing::IsEmpty());
  EXPECT_THAT(losable_under(Model::SubsetTorn), UnorderedElementsAre(0U, 1U));
}

TEST(FailingSyncs, AreSpreadOverTheRecordingAndFewWhereTheImagesAre) {
  using testing::ElementsAre;
  EXPECT_THAT(failing_syncs(100, 70), ElementsAre(0, 25, 50, 75));
  EXPECT_THAT(failing_syncs(3, 10'000), ElementsAre(0, 1, 2));
  EXPECT_EQ(failing_syncs(100, 10'000).size(), 12U);
  EXPECT_THAT(failing_syncs(0, 10'000), testing::IsEmpty());
}

// A recording for each: the first sync that fails is another one.
TEST(FailingSyncs, AreThoseOfTheRecordings) {
  const PragmaSet set = PragmaSet::parse("durable");
  const auto workload = make_workload("transfers", {.set = set, .transactions = 5});
  const auto failed_at = [&](std::size_t sync) {
    const OperationLog log = record(*workload, {}, sync);
    std::size_t before = 0;
    for (const Operation& each : log.operations) {
      if (each.kind == Kind::FailedSync) return before;
      if (each.kind == Kind::Sync) ++before;
    }
    return SIZE_MAX;
  };
  EXPECT_EQ(failed_at(0), 0U);
  EXPECT_EQ(failed_at(3), 3U);
}

}  // namespace
}  // namespace pragmark::crash

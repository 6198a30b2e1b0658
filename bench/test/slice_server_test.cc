// `pragmark bench --slices` from the side of whoever gives the commands.
#include "pragmark/bench/slice_server.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pragmark/bench/python_original.h"
#include "pragmark/error.h"
#include "pragmark/memory_statistics.h"
#include "slice_fixture.h"

namespace pragmark {
namespace {

using nlohmann::json;
using testing::HasSubstr;

using SliceServerTest = SliceTest;

TEST_F(SliceServerTest, EverySliceMakesItsOperationsAndCountsThemAlone) {
  Conversation talk(service({mixed_}));
  EXPECT_EQ(talk.answer().at("benchmarks").at(0).at("name"), mixed_.full_name());
  // Rounded up to a multiple of the threads.
  EXPECT_EQ(talk.ask(open_line(mixed_, 9, 4)), (json{{"say", "opened"}, {"operations", 10}}));
  std::int64_t reads = 0;
  for (int i = 0; i < 4; ++i) {
    const json slice = talk.ask(kSlice);
    EXPECT_EQ(slice.at("operations"), 10);
    EXPECT_EQ(slice.at("reads").get<int>() + slice.at("writes").get<int>(), 10);
    EXPECT_EQ(slice.at("errors"), 0);
    EXPECT_NE(slice.at("seconds"), 0);  // its clock ran
    reads += slice.at("reads").get<std::int64_t>();
  }
  EXPECT_EQ(reads, 20);  // the share is exact over all slices
  const json closed = talk.ask(kClose);
  EXPECT_EQ(closed.at("rows"), 70);
  EXPECT_EQ(closed.at("reads"), 20);
  EXPECT_EQ(closed.at("writes"), 20);
  talk.end_input();
  EXPECT_EQ(talk.answer(), json::object());
  EXPECT_EQ(talk.end(), SliceEnd::NothingMoreAsked);
  EXPECT_EQ(directories_left(), 0);
}

TEST_F(SliceServerTest, ShareOfReadsIsExactAlsoWhereASliceIsTooShortForIt) {
  const Configuration one = configuration("mixed", 1, 0);
  Conversation talk(service({one}));
  talk.answer();
  talk.ask(open_line(one, 1, 4));
  for (int i = 0; i < 4; ++i) talk.ask(kSlice);
  EXPECT_EQ(talk.ask(kClose).at("reads"), 2);
}

TEST_F(SliceServerTest, SameWorkGivesTheSameChecksumAndOtherWorkAnother) {
  Conversation talk(service({mixed_}));
  talk.answer();
  const auto checksum_of = [&](std::int64_t operations, double busy_loop_ns) {
    EXPECT_EQ(talk.ask(open_line(mixed_, operations, 2, busy_loop_ns)).at("say"), "opened");
    for (int i = 0; i < 2; ++i) EXPECT_EQ(talk.ask(kSlice).at("operations"), operations);
    return talk.ask(kClose).at("checksum").get<std::string>();
  };
  const std::string first = checksum_of(20, 0);
  EXPECT_EQ(checksum_of(20, 0), first);
  EXPECT_EQ(checksum_of(20, 1000), first);  // slower, not other
  EXPECT_NE(checksum_of(24, 0), first);
}

TEST_F(SliceServerTest, EveryWorkloadAndStrategyIsSliced) {
  std::vector<Configuration> all;
  for (const WorkloadInfo& workload : workloads()) {
    for (const SubjectInfo& subject : subjects()) {
      if (subject.name == kPythonOriginal) continue;
      Configuration one = configuration(workload.name, workload.concurrent ? 2 : 1, 0);
      one.strategy = subject.name;
      one.in_flight = subject.asynchronous && workload.writes ? 4 : 1;
      all.push_back(one);
    }
  }
  Conversation talk(service(all));
  talk.answer();
  for (const Configuration& one : all) {
    ASSERT_EQ(talk.ask(open_line(one, 8, 2)).at("say"), "opened") << one.full_name();
    for (int i = 0; i < 2; ++i) EXPECT_EQ(talk.ask(kSlice).at("operations"), 8) << one.full_name();
    const json closed = talk.ask(kClose);
    EXPECT_EQ(closed.at("reads").get<int>() + closed.at("writes").get<int>(), 16);
    EXPECT_EQ(closed.at("rows"), 50 + closed.at("writes").get<int>());
  }
}

TEST_F(SliceServerTest, CountsWhatASliceAsksOfTheDisk) {
  Configuration one = configuration("sequential_write", 1, 0);
  one.set = PragmaSet::parse("production+synchronous=FULL");
  Conversation talk(service({one}));
  talk.answer();
  talk.ask(open_line(one, 30, 2));
  for (int i = 0; i < 2; ++i) {
    const json io = talk.ask(kSlice).at("io");
    // One for each commit, and one for the header of the WAL.
    EXPECT_GE(io.at("syncs"), 30);
    EXPECT_LE(io.at("syncs"), 31);
    EXPECT_GT(io.at("wal_bytes"), 30 * 4096);
    EXPECT_EQ(io.at("checkpoints"), 0);
    EXPECT_EQ(io.at("main_bytes"), 0);
  }
}

TEST_F(SliceServerTest, WithoutTheCountingLayerNothingIsSaidOfTheDisk) {
  Conversation talk(service({mixed_}, false));
  talk.answer();
  talk.ask(open_line(mixed_, 10, 1));
  EXPECT_FALSE(talk.ask(kSlice).contains("io"));
}

TEST_F(SliceServerTest, MemoryStatisticsAreThoseOfTheOpenBenchmark) {
  const bool as_built = memory_statistics_observed();
  Configuration off = mixed_;
  off.memory_statistics = MemoryStatistics::Off;
  std::vector<bool> observed;
  SliceService lies = lying(mixed_, [&](std::string_view name, const SubjectOptions& options) {
    observed.push_back(memory_statistics_observed());
    return make_subject(name, options);
  });
  lies.configurations.push_back(off);
  Conversation talk(lies);
  talk.answer();
  for (const Configuration& one : {off, mixed_, off}) {
    talk.ask(open_line(one, 10, 1));
    talk.ask(kSlice);
    talk.ask(kClose);
  }
  talk.end_input();
  EXPECT_EQ(talk.end(), SliceEnd::NothingMoreAsked);
  set_memory_statistics(MemoryStatistics::AsBuilt);
  EXPECT_THAT(observed, testing::ElementsAre(false, as_built, false));
}

TEST_F(SliceServerTest, ClosingWithoutASliceChecksTheRowsThatWereThere) {
  Conversation talk(service({mixed_}));
  talk.answer();
  talk.ask(open_line(mixed_, 10, 1));
  EXPECT_EQ(talk.ask(kClose).at("rows"), 50);
}

TEST_F(SliceServerTest, CommandsMayBeSentAhead) {
  Conversation talk(service({mixed_}));
  for (const std::string& line : {open_line(mixed_, 10, 2), kSlice, kSlice, kClose}) talk.say(line);
  talk.end_input();
  std::vector<std::string> said;
  for (json answer = talk.answer(); !answer.empty(); answer = talk.answer()) {
    said.push_back(answer.at("say"));
  }
  EXPECT_THAT(said, testing::ElementsAre("ready", "opened", "slice", "slice", "closed"));
  EXPECT_EQ(talk.end(), SliceEnd::NothingMoreAsked);
}

TEST_F(SliceServerTest, EndOfTheInputEndsAnOpenBenchmark) {
  Conversation talk(service({mixed_}));
  talk.answer();
  talk.ask(open_line(mixed_, 10, 2));
  talk.ask(kSlice);
  talk.end_input();
  EXPECT_EQ(talk.answer(), json::object());
  EXPECT_EQ(talk.end(), SliceEnd::NothingMoreAsked);
  EXPECT_EQ(directories_left(), 0);
}

TEST_F(SliceServerTest, SliceThatNobodyWaitsForIsGivenUp) {
  Conversation talk(service({mixed_}));
  talk.answer();
  talk.ask(open_line(mixed_, kMostOperations, 1));
  talk.say(kSlice);
  talk.hang_up();
  EXPECT_EQ(talk.end(), SliceEnd::NothingMoreAsked);
  EXPECT_EQ(directories_left(), 0);
}

TEST_F(SliceServerTest, ClientsInProcessesOfTheirOwnAreRefused) {
  Configuration processes = mixed_;
  processes.processes = 2;
  Configuration python = mixed_;
  python.strategy = kPythonOriginal;
  for (const Configuration& one : {processes, python}) {
    try {
      require_sliceable({mixed_, one});
      ADD_FAILURE() << one.full_name();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::Usage);
      EXPECT_THAT(error.what(), HasSubstr(one.full_name()));
    }
  }
  require_sliceable({mixed_});
}

}  // namespace
}  // namespace pragmark

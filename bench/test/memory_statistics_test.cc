// That a benchmark runs with the memory statistics that its name says.
#include "pragmark/memory_statistics.h"

#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness_fixture.h"
#include "pragmark/bench/command_line.h"
#include "pragmark/bench/worker_process.h"
#include "pragmark/bench/worker_protocol.h"
#include "pragmark/bench/worker_tasks.h"
#include "pragmark/error.h"

namespace pragmark {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class MemoryStatisticsOfBench : public HarnessTest {
 protected:
  ~MemoryStatisticsOfBench() override { set_memory_statistics(MemoryStatistics::AsBuilt); }

  // Whether SQLite counted when the repetition had made its subject.
  bool observed_with(MemoryStatistics statistics) {
    bool observed = false;
    Configuration one = configuration("sequential_write", 1, 3);
    one.memory_statistics = statistics;
    const Row row = run_with(one, [&](std::string_view name, const SubjectOptions& options) {
      observed = memory_statistics_observed();
      return make_subject(name, options);
    });
    EXPECT_FALSE(row.error_occurred) << row.error_message;
    return observed;
  }

  const bool as_built_ = memory_statistics_observed();
};

TEST_F(MemoryStatisticsOfBench, AreAsTheConfigurationSays) {
  EXPECT_FALSE(observed_with(MemoryStatistics::Off));
  EXPECT_EQ(observed_with(MemoryStatistics::AsBuilt), as_built_);
  EXPECT_FALSE(observed_with(MemoryStatistics::Off));
}

TEST_F(MemoryStatisticsOfBench, AreInAWorkerAsTheConfigurationSays) {
  Configuration one = configuration("mixed", 1, 1);
  one.memory_statistics = MemoryStatistics::Off;
  const Dataset data = templates_.data(one);
  const ScratchDirectory directory(scratch_.path());
  const auto tasks = worker_tasks(one, {.directory = &directory,
                                        .database = directory.file("store.db"),
                                        .data = &data,
                                        .operations = 1,
                                        .counting_vfs = false});
  const std::string line = open_line(tasks.at(0)) + "\n";
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  ASSERT_EQ(::pipe(input.data()), 0);
  ASSERT_EQ(::pipe(output.data()), 0);
  ASSERT_EQ(::write(input[1], line.data(), line.size()), static_cast<ssize_t>(line.size()));
  ::close(input[1]);
  EXPECT_EQ(run_worker(input[0], output[1]), 0);
  EXPECT_FALSE(memory_statistics_observed());
  for (const int file : {input[0], output[0], output[1]}) ::close(file);
}

TEST(MemoryStatisticsOnTheCommandLine, StandInNamesUnlessAsBuilt) {
  BenchRequest request;
  request.workloads = {"sequential_read"};
  request.strategies = {"raw", "python-original"};
  request.memory_statistics = {"as-built", "off"};
  std::vector<std::string> names;
  for (const Configuration& one : configurations_of(request)) names.push_back(one.name());
  EXPECT_THAT(names,
              ElementsAre("sequential_read/production/raw/rows:1000/payload:small",
                          "sequential_read/production/raw/rows:1000/payload:small/"
                          "memory_statistics:off",
                          "sequential_read/production/python-original/rows:1000/payload:small"));
}

std::string refusal_of(const BenchRequest& request) {
  try {
    static_cast<void>(configurations_of(request));
    return "not refused";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(MemoryStatisticsOnTheCommandLine, RefusesWhatItDoesNotKnowAndWhatLeavesNothing) {
  BenchRequest request;
  request.memory_statistics = {"on"};
  EXPECT_THAT(refusal_of(request), HasSubstr("--memory-statistics on: it takes as-built, off"));
  request.memory_statistics = {"off"};
  request.strategies = {"python-original"};
  EXPECT_THAT(refusal_of(request), HasSubstr("--memory-statistics off: no benchmark is left"));
}

}  // namespace
}  // namespace pragmark

#include "pragmark/bench/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pragmark {
namespace {

using testing::ElementsAre;

Matrix original() {
  Matrix matrix;
  for (const WorkloadInfo& workload : workloads()) matrix.workloads.push_back(&workload);
  matrix.sets = {PragmaSet::parse("production")};
  matrix.strategies = {"per-thread"};
  matrix.operations = 1000;
  return matrix;
}

std::vector<std::string> full_names(const Matrix& matrix) {
  std::vector<std::string> names;
  for (const Configuration& one : expand(matrix)) names.push_back(one.full_name());
  return names;
}

TEST(Configuration, NamesAreThoseOfTheDesign) {
  EXPECT_THAT(
      full_names(original()),
      ElementsAre("sequential_read/production/per-thread/rows:1000/payload:small/iterations:1000/"
                  "real_time/threads:1",
                  "sequential_write/production/per-thread/rows:1000/payload:small/iterations:1000/"
                  "real_time/threads:1",
                  "concurrent_read/production/per-thread/rows:1000/payload:small/iterations:100/"
                  "real_time/threads:10",
                  "mixed/production/per-thread/rows:1000/payload:small/reads:50/iterations:100/"
                  "real_time/threads:10"));
}

TEST(Configuration, ByTimeHasNoIterationsInItsName) {
  Matrix matrix = original();
  matrix.operations = 0;
  matrix.workloads.resize(1);
  EXPECT_THAT(full_names(matrix),
              ElementsAre("sequential_read/production/per-thread/rows:1000/payload:small/"
                          "real_time/threads:1"));
}

TEST(Expand, IsTheCrossProduct) {
  Matrix matrix = original();
  matrix.sets.push_back(PragmaSet::parse("default"));
  matrix.strategies.emplace_back("single-writer");
  matrix.threads = {1, 2, 4};
  matrix.rows = {10, 100};
  matrix.payloads.push_back(Payload::parse("article"));
  // 2 sets, 2 strategies, 2 rows, 2 payloads; threads for the two concurrent workloads only.
  EXPECT_EQ(expand(matrix).size(), 16U * (1 + 1 + 3 + 3));
}

TEST(Configuration, NamesSeveralInFlightAndSeveralProcesses) {
  Matrix matrix = original();
  matrix.workloads = {find_workload("mixed")};
  matrix.strategies = {"group-commit+checkpoints=commit"};
  matrix.in_flight = {32};
  matrix.processes = {1, 4};
  EXPECT_THAT(full_names(matrix),
              ElementsAre("mixed/production/group-commit+checkpoints=commit/rows:1000/"
                          "payload:small/reads:50/in_flight:32/iterations:100/real_time/threads:10",
                          "mixed/production/group-commit+checkpoints=commit/rows:1000/"
                          "payload:small/reads:50/in_flight:32/processes:4/iterations:25/real_time/"
                          "threads:10"));
}

TEST(Expand, LeavesOutSeveralInFlightWhereNothingIsQueued) {
  Matrix matrix = original();
  matrix.strategies = {"per-thread", "group-commit"};
  matrix.in_flight = {1, 8};
  std::vector<std::string> in_flight;
  for (const Configuration& one : expand(matrix)) {
    if (one.in_flight == 8) in_flight.emplace_back(one.workload->name);
    EXPECT_TRUE(one.in_flight == 1 || one.strategy == "group-commit");
  }
  EXPECT_THAT(in_flight, ElementsAre("sequential_write", "mixed"));
  EXPECT_EQ(expand(matrix).size(), 8U + 2U);
}

TEST(Expand, GivesSequentialWorkloadsOneThreadAndOneProcess) {
  Matrix matrix = original();
  matrix.processes = {2, 3};
  std::vector<int> processes;
  for (const Configuration& one : expand(matrix)) processes.push_back(one.processes);
  EXPECT_THAT(processes, ElementsAre(1, 1, 2, 3, 2, 3));
}

TEST(Expand, GivesEachConfigurationOnce) {
  Matrix matrix = original();
  matrix.threads = {10, 10};
  matrix.sets.push_back(PragmaSet::parse("production"));
  EXPECT_EQ(expand(matrix).size(), 4U);
}

TEST(Expand, RoundsOperationsUpToAMultipleOfTheThreads) {
  Matrix matrix = original();
  matrix.threads = {3};
  const std::vector<Configuration> configurations = expand(matrix);
  EXPECT_EQ(configurations[0].operations_per_thread, 1000);
  EXPECT_EQ(configurations[3].operations_per_thread, 334);
}

}  // namespace
}  // namespace pragmark

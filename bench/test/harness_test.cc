// The harness under Google Benchmark, against the real store.
#include "pragmark/bench/harness.h"

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness_fixture.h"
#include "pragmark/bench/python_original.h"
#include "pragmark/store.h"

namespace pragmark {
namespace {

using ::testing::UnorderedElementsAre;

TEST_F(HarnessTest, NameIsTheOneThatConfigurationsPredict) {
  for (const std::int64_t operations : {0, 5}) {
    const Configuration one = configuration("mixed", 2, operations);
    EXPECT_EQ(run(one).at(0).benchmark_name(), one.full_name());
  }
}

TEST_F(HarnessTest, CountersAreThoseOfAllThreadsTogether) {
  const Row row = run(configuration("mixed", 4, 25)).at(0);
  ASSERT_FALSE(row.error_occurred) << row.error_message;
  EXPECT_EQ(row.threads, 4);
  EXPECT_EQ(row.iterations, 100);
  EXPECT_EQ(counter(row, "operations"), 100);
  EXPECT_EQ(counter(row, "busy_errors"), 0);
  EXPECT_EQ(counter(row, "errors"), 0);
  const double seconds = row.real_accumulated_time;
  EXPECT_NEAR(counter(row, "items_per_second") * seconds, 100, 1e-6);
  EXPECT_NEAR(counter(row, "reads_per_second") * seconds, 50, 1e-6);
  EXPECT_NEAR(counter(row, "writes_per_second") * seconds, 50, 1e-6);
  EXPECT_EQ(row.report_label, "process-safe");
}

TEST_F(HarnessTest, RowHasEveryCounterAndNoOther) {
  const Row row = run(configuration("mixed", 2, 5)).at(0);
  ASSERT_FALSE(row.error_occurred) << row.error_message;
  std::vector<std::string> names;
  for (const auto& [name, value] : row.counters) names.push_back(name);
  EXPECT_THAT(names,
              UnorderedElementsAre(
                  "items_per_second", "reads_per_second", "writes_per_second", "operations",
                  "busy_errors", "errors", "latency_us_p50", "latency_us_p90", "latency_us_p99",
                  "latency_us_p99_9", "latency_us_max", "harness_ns_per_op", "syncs_per_write",
                  "wal_bytes_per_write", "main_bytes_per_write", "checkpoints", "wal_bytes_max"));
}

TEST_F(HarnessTest, CountsSyncsCheckpointsAndWalBytes) {
  Configuration one = configuration("sequential_write", 1, 40);
  one.set = PragmaSet::parse("production+synchronous=FULL");
  const Row full = run(one).at(0);
  ASSERT_FALSE(full.error_occurred) << full.error_message;
  // One for each commit, and one for the header of a fresh WAL.
  EXPECT_GE(counter(full, "syncs_per_write"), 1);
  EXPECT_LE(counter(full, "syncs_per_write"), 1.1);
  EXPECT_GT(counter(full, "wal_bytes_max"), 40 * 4096);
  // The file begins with a header of 32 bytes that no write of the clock's asked for.
  EXPECT_NEAR(counter(full, "wal_bytes_per_write"), counter(full, "wal_bytes_max") / 40, 4096);
  EXPECT_EQ(counter(full, "main_bytes_per_write"), 0);
  EXPECT_EQ(counter(full, "checkpoints"), 0);
  EXPECT_EQ(full.report_label, "power-safe");
}

// Makes and removes a row before the clock starts.
class WritesBefore final : public Passing {
 public:
  WritesBefore(std::string_view strategy, const SubjectOptions& options)
      : Passing(strategy, options) {
    Store store({.path = options.path, .set = options.set, .vfs = options.vfs});
    Topic topic;
    topic.id = "before";
    for (int i = 0; i < 20; ++i) {
      store.insert(topic);
      static_cast<void>(store.remove<Topic>("before"));
    }
  }
};

TEST_F(HarnessTest, CountsOnlyWhatHappensOnTheClock) {
  Configuration one = configuration("sequential_write", 1, 40);
  one.set = PragmaSet::parse("production+synchronous=FULL");
  const Row row = run(one, {.make_subject = factory_of<WritesBefore>()}).at(0);
  ASSERT_FALSE(row.error_occurred) << row.error_message;
  EXPECT_LE(counter(row, "syncs_per_write"), 1.1);
}

TEST_F(HarnessTest, LeavesOutWhatWasNotCounted) {
  const Row reads = run(configuration("sequential_read", 1, 10)).at(0);
  EXPECT_EQ(reads.counters.count("syncs_per_write"), 0U);
  EXPECT_EQ(reads.counters.count("writes_per_second"), 0U);
  EXPECT_EQ(reads.counters.count("checkpoints"), 1U);
  const Row off = run(configuration("sequential_write", 1, 10), {.counting_vfs = false}).at(0);
  EXPECT_EQ(off.counters.count("syncs_per_write"), 0U);
  EXPECT_EQ(off.counters.count("wal_bytes_per_write"), 0U);
  EXPECT_EQ(off.counters.count("checkpoints"), 0U);
  EXPECT_EQ(off.counters.count("wal_bytes_max"), 0U);
}

TEST_F(HarnessTest, CountsBytesThatCheckpointsWrite) {
  Configuration one = configuration("sequential_write", 1, 40);
  one.set = PragmaSet::parse("production+wal_autocheckpoint=20");
  const Row row = run(one).at(0);
  ASSERT_FALSE(row.error_occurred) << row.error_message;
  EXPECT_GE(counter(row, "checkpoints"), 2);
  // Each checkpoint writes one page at the least, and no page more often than it is in the WAL.
  EXPECT_GE(counter(row, "main_bytes_per_write"), 2 * 4096.0 / 40);
  EXPECT_LT(counter(row, "main_bytes_per_write"), counter(row, "wal_bytes_per_write"));
}

TEST_F(HarnessTest, EveryStrategyRunsEveryWorkloadAndLeavesNothing) {
  for (const SubjectInfo& subject : subjects()) {
    if (subject.name == kPythonOriginal) continue;  // see worker_group_test.cc
    for (const WorkloadInfo& workload : workloads()) {
      Configuration one = configuration(workload.name, workload.concurrent ? 3 : 1, 7);
      one.strategy = subject.name;
      const Row row = run(one).at(0);
      EXPECT_FALSE(row.error_occurred) << one.full_name() << ": " << row.error_message;
    }
  }
  EXPECT_EQ(directories_left(), 0);
}

TEST_F(HarnessTest, CallsBackForEachRepetitionAndNotForTrials) {
  use_flags(3, "0.01");
  // The second time the harness takes no run to be long enough: then equal lengths must do.
  for (const double min_time_s : {0.01, 1e9}) {
    int repetitions = 0;
    const auto rows = run(
        configuration("sequential_read", 1, 0),
        {.min_time_s = min_time_s, .on_repetition = [&](const Configuration&) { ++repetitions; }});
    EXPECT_EQ(repetitions, 3) << min_time_s;
    EXPECT_EQ(rows.size(), 3U + 4);  // and mean, median, stddev, cv
  }
}

// Thread 0 works longer than the others. The mean of the clocks must be its time all the same.
class LateClient final : public Client {
 public:
  explicit LateClient(const ClientOptions& options) : options_(options) {}
  Outcome run() override {
    if (options_.thread == 0) std::this_thread::sleep_for(std::chrono::milliseconds{20});
    static_cast<void>(options_.subject->read(options_.data->id(0).view(), topic_));
    return Outcome::Read;
  }

 private:
  ClientOptions options_;
  Topic topic_;
};

TEST_F(HarnessTest, ClocksRunUntilTheLastThreadIsDone) {
  WorkloadInfo late = *find_workload("concurrent_read");
  late.make_client = [](const ClientOptions& options) -> std::unique_ptr<Client> {
    return std::make_unique<LateClient>(options);
  };
  Configuration one = configuration("concurrent_read", 4, 1);
  one.workload = &late;
  EXPECT_GE(run(one).at(0).real_accumulated_time, 0.020);
}

}  // namespace
}  // namespace pragmark

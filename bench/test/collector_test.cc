#include "pragmark/bench/collector.h"

#include <limits>

#include <gtest/gtest.h>

namespace pragmark {
namespace {

using Row = benchmark::BenchmarkReporter::Run;

std::vector<Configuration> configurations(std::vector<std::string> strategies,
                                          std::vector<const WorkloadInfo*> chosen) {
  Matrix matrix;
  matrix.workloads = std::move(chosen);
  matrix.sets = {PragmaSet::parse("production")};
  matrix.strategies = std::move(strategies);
  return expand(matrix);
}

Row row(const Configuration& configuration, double rate) {
  Row run;
  run.run_name.function_name = configuration.name();
  run.run_name.time_type = "real_time";
  run.run_name.threads = "threads:" + std::to_string(configuration.threads);
  run.counters["items_per_second"] = benchmark::Counter(rate);
  return run;
}

Row error_row(const Configuration& configuration, const std::string& message) {
  Row run = row(configuration, 0);
  run.counters.clear();
  run.error_occurred = true;
  run.error_message = message;
  return run;
}

std::vector<Row> rows(const Configuration& configuration, double rate, int n) {
  return std::vector<Row>(static_cast<std::size_t>(n), row(configuration, rate));
}

TEST(ResultCollector, LeavesOutCountersThatJsonCannotHold) {
  const auto one = configurations({"per-thread"}, {find_workload("mixed")});
  Row run = row(one[0], 5);
  run.counters["not_a_number"] = benchmark::Counter(std::numeric_limits<double>::quiet_NaN());
  run.counters["endless"] = benchmark::Counter(std::numeric_limits<double>::infinity());
  ResultCollector collector;
  collector.ReportRuns({run});
  const auto& kept = collector.rows().at(0).at(0).counters;
  EXPECT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept.count("items_per_second"), 1U);
}

TEST(Summarize, GathersRepetitionsAndNotAggregates) {
  const auto one = configurations({"per-thread"}, {find_workload("mixed")});
  std::vector<Row> runs = {row(one[0], 10), row(one[0], 30), row(one[0], 20), row(one[0], 1e9)};
  runs.back().run_type = Row::RT_Aggregate;
  const auto results = summarize(one, {runs});
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].repetitions, 3);
  EXPECT_EQ(results[0].median_of("items_per_second"), 20);
  EXPECT_EQ(results[0].median_of("syncs_per_write"), std::nullopt);
  EXPECT_EQ(results[0].error, "");
}

TEST(Summarize, OneErrorAmongGoodRepetitionsIsAnError) {
  const auto one = configurations({"per-thread"}, {find_workload("mixed")});
  std::vector<Row> runs = rows(one[0], 1e6, 8);
  runs.push_back(error_row(one[0], "lost a row"));
  const auto results = summarize(one, {runs});
  EXPECT_EQ(results[0].error, "lost a row");
  EXPECT_EQ(results[0].attainment_of(1), Attainment::Missed);
}

TEST(Summarize, ConfigurationWithoutAnyRowIsAnError) {
  const auto one = configurations({"per-thread"}, {find_workload("mixed")});
  EXPECT_EQ(summarize(one, {})[0].error, "did not run");
}

TEST(CaseResult, IsNotReachedWhileRequestsFail) {
  const auto attainment = [](double failed, double target) {
    CaseResult result{.configuration = nullptr};
    result.rates = std::vector<double>(9, 100);
    result.counters = {{"operations", std::vector<double>(9, 10'000)},
                       {"busy_errors", std::vector<double>(9, failed)}};
    return result.attainment_of(target);
  };
  EXPECT_EQ(attainment(10, 50), Attainment::Reached);
  EXPECT_EQ(attainment(11, 50), Attainment::Undecided);
  EXPECT_EQ(attainment(11, 500), Attainment::Missed);
}

TEST(OverallAttainment, IsTheWorstWorkloadAtItsBestConfiguration) {
  const auto four = configurations({"open-per-op", "per-thread"},
                                   {find_workload("sequential_read"), find_workload("mixed")});
  const auto overall = [&](double slow_read, double fast_read, double slow_mixed,
                           double fast_mixed) {
    return overall_attainment(
        summarize(four, {rows(four[0], slow_read, 9), rows(four[1], fast_read, 9),
                         rows(four[2], slow_mixed, 9), rows(four[3], fast_mixed, 9)}),
        100);
  };
  EXPECT_EQ(overall(1, 200, 1, 200), Attainment::Reached);
  EXPECT_EQ(overall(200, 1, 1, 200), Attainment::Reached);
  EXPECT_EQ(overall(200, 200, 1, 99), Attainment::Missed);
}

TEST(OverallAttainment, MissedWeighsMoreThanUndecided) {
  const auto two =
      configurations({"per-thread"}, {find_workload("sequential_read"), find_workload("mixed")});
  const auto overall = [&](int n, double rate) {
    return overall_attainment(summarize(two, {rows(two[0], 200, 3), rows(two[1], rate, n)}), 100);
  };
  EXPECT_EQ(overall(9, 200), Attainment::Undecided);
  EXPECT_EQ(overall(9, 99), Attainment::Missed);
}

}  // namespace
}  // namespace pragmark

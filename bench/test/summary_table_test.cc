#include "pragmark/bench/summary_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pragmark {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

std::vector<Configuration> mixed(std::vector<std::int64_t> rows = {1000}) {
  Matrix matrix;
  matrix.workloads = {find_workload("mixed")};
  matrix.sets = {PragmaSet::parse("production")};
  matrix.strategies = {"per-thread"};
  matrix.rows = std::move(rows);
  return expand(matrix);
}

CaseResult good(const Configuration& configuration) {
  CaseResult result{.configuration = &configuration};
  result.repetitions = 9;
  result.rates = {1, 70001, 70002, 70003, 70004, 70005, 70006, 70007, 999999};
  result.counters = {{"latency_us_p50", std::vector<double>(9, 12.345)},
                     {"latency_us_p99", std::vector<double>(9, 1234.5)},
                     {"latency_us_p99_9", std::vector<double>(9, 34000.0)},
                     {"busy_errors", std::vector<double>(9, 2)},
                     {"operations", std::vector<double>(9, 10'000)},
                     {"harness_ns_per_op", {20, 27.4, 900}},
                     {"syncs_per_write", std::vector<double>(9, 0.0125)}};
  return result;
}

TEST(SummaryTable, ShowsMedianIntervalLatenciesAndWhatTheyMean) {
  const auto one = mixed();
  const std::string table = summary_table({good(one[0])}, 60'000);
  EXPECT_THAT(table, ContainsRegex("mixed +production +per-thread +10 +70,004 +\\[70,001, 70,007\\]"
                                   " +9 +12.3 +1,234 +34,000 +0.02% +0.0125 +reached +"
                                   "process-safe\n"));
  EXPECT_THAT(table, HasSubstr("against 60,000"));
  EXPECT_THAT(table, HasSubstr("1000 rows, payload small"));
  EXPECT_THAT(table, HasSubstr("of each request the harness takes 27 ns\n"));
}

TEST(SummaryTable, ShowsAnErrorInsteadOfFigures) {
  const auto one = mixed();
  CaseResult result = good(one[0]);
  result.error = "3 rows found, 5 expected";
  const std::string table = summary_table({result}, 60'000);
  EXPECT_THAT(table, ContainsRegex("per-thread +10 +ERROR"));
  EXPECT_THAT(table, HasSubstr("threads:10: 3 rows found, 5 expected"));
  EXPECT_THAT(table, Not(HasSubstr("70,004")));
}

TEST(SummaryTable, NamesTheParametersOfEachLineWhereTheyDiffer) {
  const auto two = mixed({10, 20});
  const std::string table = summary_table({good(two[0]), good(two[1])}, 60'000);
  EXPECT_THAT(table, HasSubstr("mixed rows:10 payload:small reads:50"));
  EXPECT_THAT(table, HasSubstr("mixed rows:20 payload:small reads:50"));
}

TEST(SummaryTable, NamesWhatIsInFlight) {
  auto one = mixed();
  one[0].in_flight = 32;
  one[0].processes = 2;
  EXPECT_THAT(summary_table({good(one[0])}, 60'000), HasSubstr("mixed in_flight:32 processes:2 "));
}

TEST(SummaryTable, ShowsADashForWhatWasNotMeasured) {
  const auto one = mixed();
  CaseResult result = good(one[0]);
  result.rates.resize(3);
  result.repetitions = 3;
  result.counters.erase("syncs_per_write");
  EXPECT_THAT(summary_table({result}, 60'000), ContainsRegex("70,001 +- +3 .* - +undecided"));
}

}  // namespace
}  // namespace pragmark

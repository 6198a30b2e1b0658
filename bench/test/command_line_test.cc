#include "pragmark/bench/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pragmark/bench/workload.h"
#include "pragmark/error.h"
#include "pragmark/strategy.h"

namespace pragmark {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Property;
using testing::Throws;

auto usage_error(const std::string& part) {
  return Throws<Error>(
      AllOf(Property(&Error::kind, ErrorKind::Usage), Property(&Error::what, HasSubstr(part))));
}

TEST(ConfigurationsOf, RunsEveryStrategyByDefaultWithTheProductionSet) {
  EXPECT_EQ(configurations_of({}).size(), workloads().size() * strategies().size());
}

TEST(ConfigurationsOf, RunsBaselinesOnlyWhereTheyAreNamed) {
  EXPECT_EQ(configurations_of({.strategies = {"raw", "per-thread"}, .workloads = {"mixed"}}).size(),
            2U);
  for (const Configuration& one : configurations_of({})) EXPECT_NE(one.strategy, "raw");
  EXPECT_THAT([] { static_cast<void>(configurations_of({.strategies = {"raw+a=b"}})); },
              usage_error("unknown strategy raw+a=b: the known ones are open-per-op"));
}

TEST(ConfigurationsOf, NamesWhatIsKnownWhenANameIsNot) {
  EXPECT_THAT([] { static_cast<void>(configurations_of({.workloads = {"sequental_read"}})); },
              usage_error("unknown workload sequental_read: the known ones are sequential_read, "
                          "sequential_write, concurrent_read, mixed"));
  EXPECT_THAT([] { static_cast<void>(configurations_of({.strategies = {"pool"}})); },
              usage_error("unknown strategy pool: the known ones are open-per-op, per-thread"));
  EXPECT_THAT([] { static_cast<void>(configurations_of({.sets = {"fast"}})); },
              usage_error("fast"));
  EXPECT_THAT([] { static_cast<void>(configurations_of({.payloads = {"huge"}})); },
              usage_error("payload huge"));
}

TEST(ConfigurationsOf, TakesStrategiesWithOptionsByTheirNames) {
  const std::vector<Configuration> one = configurations_of(
      {.strategies = {"group-commit+checkpoints=commit"}, .workloads = {"mixed"}});
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].strategy, "group-commit+checkpoints=commit");
  EXPECT_THAT([] { static_cast<void>(configurations_of({.strategies = {"pool+a=b"}})); },
              usage_error("unknown strategy pool+a=b: the known ones are open-per-op"));
}

TEST(ConfigurationsOf, SaysWhyNothingIsLeftToHaveInFlight) {
  EXPECT_THAT(
      [] {
        static_cast<void>(configurations_of({.strategies = {"per-thread"}, .in_flight = {8, 32}}));
      },
      usage_error("--in-flight 8,32: no benchmark is left"));
  EXPECT_THAT(
      [] {
        static_cast<void>(configurations_of({.workloads = {"concurrent_read"}, .in_flight = {8}}));
      },
      usage_error("queues writes (group-commit)"));
}

TEST(ConfigurationsOf, FiltersFullNamesAsGoogleBenchmarkDoes) {
  const std::size_t mixed = strategies().size();
  const std::size_t all = configurations_of({}).size();
  EXPECT_EQ(configurations_of({.filter = "^mixed/.*threads:10$"}).size(), mixed);
  EXPECT_EQ(configurations_of({.filter = "-mixed"}).size(), all - mixed);
  EXPECT_EQ(configurations_of({.filter = "all"}).size(), all);
}

TEST(ConfigurationsOf, FilterThatMatchesNothingIsAnError) {
  EXPECT_THAT([] { static_cast<void>(configurations_of({.filter = "no_such"})); },
              usage_error("no_such matches no benchmark"));
  EXPECT_THAT([] { static_cast<void>(configurations_of({.filter = "("})); },
              usage_error("not an extended regular expression"));
}

TEST(OriginalPreset, IsWhatTheApplicationRan) {
  BenchRequest request;
  request.strategies = {"open-per-op"};
  apply_original_preset(request);
  const std::vector<Configuration> four = configurations_of(request);
  ASSERT_EQ(four.size(), 4U);
  for (const Configuration& one : four) {
    EXPECT_EQ(one.rows, 1000);
    EXPECT_EQ(one.payload.name, "small");
    EXPECT_EQ(one.threads * one.operations_per_thread, 1000);
    EXPECT_EQ(one.threads, one.workload->concurrent ? 10 : 1);
  }
  EXPECT_EQ(four[3].reads_percent, 50);
}

TEST(GoogleBenchmarkArguments, InterleaveRepetitionsAndKeepTheUsersFlags) {
  EXPECT_THAT(
      google_benchmark_arguments({.min_time_s = 0.25, .repetitions = 9},
                                 {"--benchmark_time_unit=us"}),
      IsSupersetOf({"--benchmark_repetitions=9", "--benchmark_min_time=0.25",
                    "--benchmark_enable_random_interleaving=true", "--benchmark_time_unit=us"}));
}

TEST(GoogleBenchmarkArguments, RefuseWhatWouldBreakTheResult) {
  EXPECT_THAT([] { static_cast<void>(google_benchmark_arguments({}, {"--benchmark_out=f"})); },
              usage_error("--benchmark_out: use --out"));
  EXPECT_THAT([] { static_cast<void>(google_benchmark_arguments({}, {"--benchmark_format=csv"})); },
              usage_error("--benchmark_format: use --format"));
}

TEST(SplitArguments, PartsGoogleBenchmarksFlagsFromOurs) {
  const SplitArguments split =
      split_arguments({"--rows", "10", "--benchmark_filter=mixed", "--benchmark_v=1", "--list"});
  EXPECT_THAT(split.ours, ElementsAre("--rows", "10", "--list"));
  EXPECT_THAT(split.passed_through, ElementsAre("--benchmark_v=1"));
  EXPECT_EQ(split.filter, "mixed");
}

TEST(CommandToRepeat, QuotesForTheShell) {
  EXPECT_EQ(command_to_repeat({"--pragmas", "production+cache_size=-2000,default", "--dir", "a b",
                               "it's", "$HOME", ""}),
            "pragmark bench --pragmas production+cache_size=-2000,default --dir 'a b' 'it'\\''s' "
            "'$HOME' ''");
}

}  // namespace
}  // namespace pragmark

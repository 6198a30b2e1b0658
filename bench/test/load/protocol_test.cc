#include "pragmark/bench/load/protocol.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "pragmark/bench/load/command_line.h"
#include "pragmark/error.h"

namespace pragmark {
namespace {

using nlohmann::json;

TEST(LoadProtocol, ReadsAWholeStep) {
  const StepPlan plan = parse_step_request(
      R"({"say":"step","rate":2500.5,"arrivals":"poisson","duration_s":20,"warmup_s":2,)"
      R"("timeout_ms":750,"window_ms":100,"seed":17,"wal_limit_bytes":1000000,)"
      R"("antagonist":{"kind":"backup","start_s":5,"duration_s":3},)"
      R"("stall":{"at_s":4,"duration_ms":200}})");
  EXPECT_EQ(plan.rate, 2500.5);
  EXPECT_EQ(plan.arrivals, ArrivalKind::Poisson);
  EXPECT_EQ(plan.duration_s, 20);
  EXPECT_EQ(plan.warmup_s, 2);
  EXPECT_EQ(plan.timeout_ms, 750);
  EXPECT_EQ(plan.window_ms, 100);
  EXPECT_EQ(plan.seed, 17U);
  EXPECT_EQ(plan.wal_limit_bytes, 1'000'000);
  EXPECT_EQ(plan.antagonist,
            (AntagonistPlan{.kind = AntagonistKind::Backup, .start_s = 5, .duration_s = 3}));
  ASSERT_TRUE(plan.stall);
  EXPECT_EQ(plan.stall->at_s, 4);
  EXPECT_EQ(plan.stall->duration_ms, 200);
}

TEST(LoadProtocol, NullAndAbsentAreTheSame) {
  const StepPlan plan = parse_step_request(
      R"({"say":"step","rate":null,"arrivals":"closed","duration_s":1,"wal_limit_bytes":null,)"
      R"("antagonist":null,"stall":null})");
  EXPECT_FALSE(plan.rate);
  EXPECT_EQ(plan.arrivals, ArrivalKind::Closed);
  EXPECT_EQ(plan.timeout_ms, 1000);
  EXPECT_FALSE(plan.wal_limit_bytes || plan.antagonist || plan.stall);
}

class RefusedStep : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(RefusedStep, IsNamed) {
  const auto& [line, word] = GetParam();
  EXPECT_THAT([&] { static_cast<void>(parse_step_request(line)); },
              testing::ThrowsMessage<Error>(testing::HasSubstr(word)))
      << line;
}

INSTANTIATE_TEST_SUITE_P(
    LoadProtocol, RefusedStep,
    testing::Values(
        std::pair{"hello", "pragmark-load/1"}, std::pair{R"({"say":"slice"})", "slice"},
        std::pair{R"({"say":"step"})", "duration_s"},
        std::pair{R"({"say":"step","duration_s":1})", "rate is missing"},
        std::pair{R"({"say":"step","duration_s":1,"rate":1,"arrivals":"closed"})", "no rate"},
        std::pair{R"({"say":"step","duration_s":1,"rate":1,"arrivals":"weekly"})", "weekly"},
        std::pair{R"({"say":"step","duration_s":1,"rate":0})", "rate"},
        std::pair{R"({"say":"step","duration_s":1,"rate":1e10})", "rate"},
        std::pair{R"({"say":"step","duration_s":1,"rate":"fast"})", "rate"},
        std::pair{R"({"say":"step","duration_s":0,"rate":1})", "duration_s"},
        std::pair{R"({"say":"step","duration_s":1,"rate":1,"timeout_ms":0})", "timeout_ms"},
        std::pair{R"({"say":"step","duration_s":1,"rate":1,"seed":-1})", "seed"},
        std::pair{R"({"say":"step","duration_s":100,"rate":1,"window_ms":1})", "windows"},
        std::pair{R"({"say":"step","duration_s":1,"rate":1,"antagonist":{"kind":"cat"}})", "cat"},
        std::pair{R"({"say":"step","duration_s":1,"rate":1,)"
                  R"("antagonist":{"kind":"vacuum","start_s":2}})",
                  "antagonist"},
        std::pair{R"({"say":"step","duration_s":1,"rate":1,"stall":{"at_s":2,"duration_ms":1}})",
                  "stall"},
        std::pair{R"({"say":"step","duration_s":1,"rate":1,"stall":{}})", "at_s"}));

LoadStep sample_step(const LoadSetup& setup) {
  LoadStep step{.plan = {.rate = 100, .duration_s = 2, .window_ms = 1000},
                .seconds = 2,
                .tally = LoadTally(setup.mix.parts().size())};
  LoadTally& tally = step.tally;
  tally.operations[0].latencies.record(std::chrono::milliseconds(5));
  tally.operations[0].succeeded = 190;
  tally.sent = 195;
  tally.busy = 2;
  tally.timed_out = 3;
  tally.not_sent = 5;
  step.latencies.merge(tally.operations[0].latencies);
  step.windows = {{.succeeded = 190, .p50_us = 1, .p99_us = 2, .max_us = 3, .answered = true}, {}};
  step.window_io = {{.wal_bytes = 7, .checkpoints = 1, .syncs = 2}, {}};
  step.rows = {.expected = 9, .found = 9};
  return step;
}

TEST(LoadProtocol, ResultSaysWhatBecameOfEveryRequest) {
  const LoadSetup setup = setup_of({});
  const json said = json::parse(load_result_line(setup, sample_step(setup)));
  EXPECT_EQ(said.at("say"), "result");
  EXPECT_EQ(said.at("intended"), 200);
  const json& failed = said.at("failed");
  EXPECT_EQ(said.at("sent").get<int>() + failed.at("not_sent").get<int>(), 200);
  EXPECT_EQ(failed.at("busy"), 2);
  EXPECT_EQ(failed.at("timed_out"), 3);
  EXPECT_EQ(said.at("offered_per_second"), 100.0);
  EXPECT_EQ(said.at("achieved_per_second"), 95.0);
  EXPECT_EQ(said.at("answered_per_second"), 96.5);
  EXPECT_EQ(said.at("saturated"), true);  // 95 of 100
  EXPECT_TRUE(said.at("scheduler_us").at("p50").is_null());
  EXPECT_TRUE(said.at("operations").at("write").at("cpu_us_mean").is_null());
  EXPECT_EQ(said.at("windows").size(), 2U);
  EXPECT_EQ(said.at("windows")[1].at("t_s"), 1.0);
  EXPECT_TRUE(said.at("windows")[1].at("p50_us").is_null());
}

TEST(LoadStepTest, IsSaturatedByLateRequestsOrByALowerRate) {
  const LoadSetup setup = setup_of({});
  LoadStep step = sample_step(setup);
  step.tally.operations[0].succeeded = 198;
  step.tally.sent = 200;
  step.tally.timed_out = 2;
  step.tally.not_sent = 0;
  EXPECT_FALSE(step.saturated());  // 1% late, 99% achieved
  step.tally.timed_out = 3;
  EXPECT_TRUE(step.saturated());
  step.tally.timed_out = 0;
  step.seconds = 2.1;  // 94.3 of 100
  EXPECT_TRUE(step.saturated());
  step.plan.rate.reset();
  EXPECT_FALSE(step.saturated());
}

// Requests of 0.3 s that find a thread free at once, 10 a second: nothing piles up.
TEST(LoadStepTest, LongRequestsAreNoBacklog) {
  using std::chrono::milliseconds;
  const StepPlan plan{.rate = 10, .duration_s = 2};
  LoadTally tally(1);
  for (milliseconds due{0}; due < milliseconds(2000); due += milliseconds(100)) {
    tally.record({.operation = 0,
                  .intended = due,
                  .start = due,
                  .end = due + milliseconds(300),
                  .outcome = LoadOutcome::Succeeded},
                 milliseconds(1000));
  }
  const LoadStep step{.plan = plan, .seconds = seconds_of(plan, tally), .tally = tally};
  EXPECT_EQ(step.seconds, 2);
  EXPECT_EQ(step.achieved_per_second(), 10);
  EXPECT_FALSE(step.saturated());
}

// Each waits 10 ms longer than the one before; which thread counted it makes no difference.
TEST(LoadStepTest, WaitsThatGrowAreABacklog) {
  using std::chrono::milliseconds;
  const StepPlan plan{.rate = 10, .duration_s = 2};
  LoadTally tally(1);
  LoadTally of_other(1);
  for (int i = 19; i >= 0; --i) {
    const milliseconds due(100 * i);
    const milliseconds start = due + milliseconds(50 + 10 * i);
    (i % 2 == 0 ? tally : of_other)
        .record({.operation = 0,
                 .intended = due,
                 .start = start,
                 .end = start + milliseconds(1),
                 .outcome = LoadOutcome::Succeeded},
                milliseconds(1000));
  }
  tally.merge(of_other);
  EXPECT_EQ(tally.backlog_growth(), milliseconds(190));
  const LoadStep step{.plan = plan, .seconds = seconds_of(plan, tally), .tally = tally};
  EXPECT_DOUBLE_EQ(step.seconds, 2.19);
  EXPECT_TRUE(step.saturated());  // 91% of what was offered
}

TEST(LoadProtocol, ReadySaysTheMixAndTheContext) {
  const LoadSetup setup = setup_of({});
  const json said = json::parse(load_ready_line(setup, {{"seed", "1"}}));
  EXPECT_EQ(said.at("protocol"), "pragmark-load/1");
  EXPECT_EQ(said.at("context").at("seed"), "1");
  EXPECT_EQ(said.at("threads"), 10);
  EXPECT_EQ(said.at("operations")[0].at("name"), "read");
  EXPECT_EQ(said.at("operations")[0].at("share"), 0.9);
}

}  // namespace
}  // namespace pragmark

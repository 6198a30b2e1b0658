// Whole loads on real databases: counts only. Rates are low and durations short; nothing here may
// depend on how fast the machine is, so timeouts are long.
#include "pragmark/bench/load/step.h"

#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pragmark/bench/load/command_line.h"
#include "pragmark/bench/load/operations.h"
#include "pragmark/error.h"
#include "pragmark/store.h"

namespace pragmark {
namespace {

class StepTest : public testing::Test {
 protected:
  static LoadRequest small() {
    LoadRequest request;
    request.threads = 3;
    request.rows = 60;
    return request;
  }
  static StepPlan plan() {
    return {
        .rate = 500, .duration_s = 0.4, .warmup_s = 0.1, .timeout_ms = 60'000, .window_ms = 100};
  }
  LoadBench bench(const LoadRequest& request) {
    return LoadBench(scratch_, setup_of(request), [](std::int64_t, std::int64_t) {});
  }
  static LoadStep run(LoadBench& bench, const StepPlan& plan) {
    return bench.run(plan, [](double, std::int64_t) { return true; }).value();
  }
  LoadStep run(const LoadRequest& request, const StepPlan& plan) {
    LoadBench one = bench(request);
    return run(one, plan);
  }
  // In the scratch directory, while no bench lives.
  [[nodiscard]] std::ptrdiff_t left() const {
    const std::filesystem::directory_iterator entries(scratch_.path());
    return std::distance(begin(entries), end(entries));
  }

  ScratchDirectory scratch_{std::filesystem::temp_directory_path()};
};

std::int64_t acknowledged(const LoadStep& step) {
  std::int64_t sum = 0;
  for (const OperationTally& one : step.tally.operations) sum += one.acknowledged;
  return sum;
}

TEST_F(StepTest, MakesEveryRequestOfTheSchedule) {
  const LoadStep step = run(small(), plan());
  EXPECT_EQ(step.tally.intended(), 200);
  EXPECT_EQ(step.tally.succeeded(), 200);
  EXPECT_EQ(acknowledged(step), 250);  // with the warm-up
  EXPECT_EQ(step.latencies.count(), 200U);
  EXPECT_EQ(step.offered_per_second(), 500);
  ASSERT_EQ(step.windows.size(), 4U);
  ASSERT_EQ(step.window_io.size(), 4U);
  std::int64_t in_windows = 0;
  for (const WindowSummary& one : step.windows) in_windows += one.succeeded;
  EXPECT_EQ(in_windows, 200);
  EXPECT_GT(step.io.at(FileRole::Wal).written_bytes, 0U);
  EXPECT_GT(step.peak_memory_bytes, 0);
  EXPECT_EQ(left(), 0);
}

TEST_F(StepTest, EveryOperationIsAnsweredAndCounted) {
  LoadRequest request = small();
  request.rows = 1500;
  request.keys = "zipf";
  request.mix.clear();
  std::int64_t adding = 0;
  for (const LoadOperation& one : load_operations()) {
    request.mix += (request.mix.empty() ? "" : ",") + std::string(one.name) + "=1";
    if (one.adds != AddedRows::None) ++adding;
  }
  const LoadStep step = run(request, plan());
  EXPECT_EQ(step.tally.succeeded(), 200);
  std::int64_t added = 0;
  for (std::size_t i = 0; i < load_operations().size(); ++i) {
    EXPECT_GT(step.tally.operations[i].acknowledged, 0) << load_operations()[i].name;
    if (load_operations()[i].adds != AddedRows::None) {
      added += step.tally.operations[i].acknowledged;
    }
  }
  EXPECT_EQ(adding, 3);
  EXPECT_EQ(step.rows.found, 1500 + 150 + 1500 + added);
}

TEST_F(StepTest, EveryStrategyIsDrivenAlike) {
  for (const char* strategy :
       {"open-per-op", "per-thread", "single-writer", "group-commit+checkpoints=background"}) {
    LoadRequest request = small();
    request.strategy = strategy;
    const LoadStep step = run(request, plan());
    EXPECT_EQ(step.tally.succeeded(), 200) << strategy;
  }
}

TEST_F(StepTest, SameSeedAsksForTheSame) {
  LoadBench one = bench(small());
  const auto writes = [&](std::uint64_t seed) {
    StepPlan poisson = plan();
    poisson.arrivals = ArrivalKind::Poisson;
    poisson.seed = seed;
    const LoadStep step = run(one, poisson);
    return std::pair(step.tally.intended(), step.tally.operations[1].acknowledged);
  };
  const auto first = writes(1);
  EXPECT_EQ(first, writes(1));
  EXPECT_NE(first, writes(2));
}

TEST_F(StepTest, ClosedLoadSendsAsFastAsItGoes) {
  StepPlan closed = plan();
  closed.rate.reset();
  closed.arrivals = ArrivalKind::Closed;
  const LoadStep step = run(small(), closed);
  EXPECT_GT(step.tally.sent, 0);
  EXPECT_EQ(step.tally.sent, step.tally.succeeded());
  EXPECT_EQ(step.tally.not_sent, 0);
  EXPECT_FALSE(step.saturated());
}

TEST_F(StepTest, RateBeyondTheMachineEndsAndIsSaturated) {
  for (const ArrivalKind kind : {ArrivalKind::Constant, ArrivalKind::Poisson}) {
    StepPlan beyond = plan();
    beyond.rate = kHighestRate;
    beyond.arrivals = kind;
    beyond.timeout_ms = 50;
    const LoadStep step = run(small(), beyond);
    EXPECT_TRUE(step.saturated());
    EXPECT_GT(step.tally.not_sent, 100'000'000);
    EXPECT_EQ(step.latencies.count(),
              static_cast<std::uint64_t>(step.tally.intended() - step.tally.busy));
  }
}

// Every request that is due in the stall is held; the last of them are due just before its end.
TEST_F(StepTest, StallIsInTheLatencyOfAllThatItDelayed) {
  StepPlan stalled = plan();
  stalled.stall = StallPlan{.at_s = 0.1, .duration_ms = 200};
  const LoadStep step = run(small(), stalled);
  std::uint64_t delayed = 0;  // by 50 ms or more: those due in the first 150 of 200 ms
  std::uint64_t whole = 0;    // by all of it
  for (const auto& [bucket, count] : step.latencies.filled_buckets()) {
    if (bucket >= LatencyHistogram::bucket_of(51'000'000)) delayed += count;
    if (bucket >= LatencyHistogram::bucket_of(198'000'000)) whole += count;
  }
  EXPECT_GE(delayed, 74U);
  EXPECT_GE(whole, 1U);
  EXPECT_LE(step.windows[1].succeeded, 3);  // that were sent before it
}

TEST_F(StepTest, EveryAntagonistDoesItsWorkAndIsCounted) {
  LoadBench one = bench(small());
  for (const AntagonistInfo& info : antagonists()) {
    StepPlan disturbed = plan();
    disturbed.duration_s = 1;
    disturbed.antagonist = AntagonistPlan{.kind = info.kind, .start_s = 0.1, .duration_s = 0.8};
    const LoadStep step = run(one, disturbed);
    ASSERT_TRUE(step.antagonist) << info.name;
    EXPECT_GT(step.antagonist->rounds, 0) << info.name;
    EXPECT_EQ(step.antagonist->topics > 0, info.kind == AntagonistKind::BulkWriter);
    EXPECT_GE(step.antagonist->begin_s, 0.1) << info.name;
    EXPECT_GT(step.antagonist->end_s, step.antagonist->begin_s) << info.name;
    EXPECT_EQ(step.rows.found, step.rows.expected);
    EXPECT_EQ(step.tally.intended(), 500);
  }
}

TEST_F(StepTest, SyncsAreTimedAndCanBeSlowed) {
  LoadRequest request = small();
  request.set = "durable";
  request.mix = "write=1";
  request.sync_delay_us = 2000;
  StepPlan slow = plan();
  slow.rate = 50;
  const LoadStep step = run(request, slow);
  EXPECT_GT(step.io.at(FileRole::Wal).syncs, 0U);  // of 20; what is due at once may come first
  EXPECT_EQ(step.timing.sync_delays, step.io.syncs());
}

TEST_F(StepTest, SaysWhenTheWalGrewTooLarge) {
  LoadBench one = bench(small());
  StepPlan limited = plan();
  limited.wal_limit_bytes = 1'000;
  EXPECT_TRUE(run(one, limited).wal_limit_exceeded);
  limited.wal_limit_bytes = 1'000'000'000;
  EXPECT_FALSE(run(one, limited).wal_limit_exceeded);
}

TEST_F(StepTest, RequestsThatFindTheDatabaseLockedAreNoSuccess) {
  LoadRequest request = small();
  request.set = "production+busy_timeout=0";
  request.mix = "write=1";
  StepPlan disturbed = plan();
  disturbed.antagonist =
      AntagonistPlan{.kind = AntagonistKind::BulkWriter, .start_s = 0, .duration_s = 0.4};
  const LoadStep step = run(request, disturbed);
  EXPECT_EQ(step.tally.sent, step.tally.succeeded() + step.tally.busy);
  EXPECT_EQ(step.rows.found, step.rows.expected);
}

// Posts are fewer than topics, and a number is a time: with the next number after the posts, new
// ones came before their topic, and 20 of them pushed it off the first page of its history.
TEST_F(StepTest, NewPostsAreNumberedAfterEveryTopic) {
  const Dataset topics({.seed = kDefaultSeed, .rows = 150'000, .payload = Payload::parse("small")});
  const LoadData data(topics, {.posts = true});
  const Keys keys({}, topics.rows());
  const Mix mix = Mix::parse("insert_post=1");
  Store store({.path = scratch_.file("posts.db")});
  SplitMix64 random(7);
  const std::uint64_t row = keys.draw(random);
  Topic topic = topics.pool().front();
  topics.stamp(row, topic);
  store.insert(topic);
  const auto client = make_load_client(
      {.store = &store, .data = &data, .keys = &keys, .mix = &mix, .thread = 2, .threads = 3});
  EXPECT_TRUE(client->run(0, 7));
  const std::vector<TopicPost> found = store.posts_of_topic(topic.id);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().post.id, data.post_id(150'002).view());
}

// A row is missing that the load believes to be there.
class RobbedStepTest : public StepTest {
 protected:
  // The database that the loads' are copied from.
  [[nodiscard]] std::string filled() const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch_.path())) {
      if (entry.path().filename() == "filled.db") return entry.path().string();
    }
    return "";
  }
  // What the load says when `id` was removed before.
  std::string fault_without(const LoadRequest& request, std::string_view id) {
    LoadBench one = bench(request);
    EXPECT_TRUE(Store({.path = filled()}).remove<Topic>(id));
    try {
      static_cast<void>(run(one, plan()));
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }
  static std::string topic(std::uint64_t row) {
    const Dataset data({.seed = kDefaultSeed, .rows = 60, .payload = Payload::parse("small")});
    return std::string(data.id(row).view());
  }
};

TEST_F(RobbedStepTest, LostRowIsAFault) {
  LoadRequest request = small();
  request.mix = "write=1";
  EXPECT_THAT(fault_without(request, topic(7)), testing::HasSubstr("rows found"));
}

TEST_F(RobbedStepTest, ReadThatDoesNotReturnItsRowIsAFault) {
  LoadRequest request = small();
  request.mix = "read=1";
  request.rows = 1;
  EXPECT_THAT(fault_without(request, topic(0)),
              testing::HasSubstr("did not return what was asked for"));
}

TEST_F(StepTest, NobodyWhoWaitsIsTheEndOfIt) {
  LoadBench one = bench(small());
  StepPlan endless = plan();
  endless.duration_s = 86'400;
  endless.window_ms = 10'000;
  EXPECT_FALSE(one.run(endless, [](double elapsed_s, std::int64_t) { return elapsed_s < 0.1; }));
}

TEST_F(StepTest, SetThatIsNotInEffectIsAnError) {
  LoadRequest request = small();
  request.set = "production+locking_mode=EXCLUSIVE+busy_timeout=10";
  LoadBench one = bench(request);
  EXPECT_THROW(run(one, plan()), Error);
}

}  // namespace
}  // namespace pragmark

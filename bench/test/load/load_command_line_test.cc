#include <sched.h>

#include <cmath>
#include <functional>
#include <limits>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pragmark/bench/load/command_line.h"
#include "pragmark/error.h"

namespace pragmark {
namespace {

TEST(LoadRequest, DefaultsMakeALoad) {
  LoadRequest request;
  request.rate = 1000;
  const LoadSetup setup = setup_of(request);
  EXPECT_EQ(setup.configuration.set.name(), "production");
  EXPECT_EQ(setup.configuration.threads, 10);
  EXPECT_EQ(setup.mix.text(), "read=90,write=10");
  const StepPlan plan = plan_of(request);
  EXPECT_EQ(plan.rate, 1000);
  EXPECT_EQ(plan.window_ms, 1000);
  EXPECT_FALSE(plan.antagonist);
}

TEST(LoadRequest, AntagonistHasTheSecondThird) {
  LoadRequest request;
  request.rate = 1000;
  request.duration_s = 30;
  request.antagonist = "vacuum";
  EXPECT_EQ(plan_of(request).antagonist,
            (AntagonistPlan{.kind = AntagonistKind::Vacuum, .start_s = 10, .duration_s = 10}));
}

TEST(LoadRequest, LongLoadHasNoMoreWindowsThanThereMayBe) {
  LoadRequest request;
  request.rate = 1;
  request.duration_s = 86'400;
  EXPECT_EQ(plan_of(request).window_ms, 8640);
}

struct Refused {
  std::function<void(LoadRequest&)> change;
  const char* word;  // in the message
};
class RefusedRequest : public testing::TestWithParam<Refused> {};

TEST_P(RefusedRequest, IsNamed) {
  LoadRequest request;
  request.rate = 1000;
  GetParam().change(request);
  EXPECT_THAT(
      [&] {
        static_cast<void>(setup_of(request));
        static_cast<void>(plan_of(request));
      },
      testing::ThrowsMessage<Error>(testing::HasSubstr(GetParam().word)));
}

INSTANTIATE_TEST_SUITE_P(
    Load, RefusedRequest,
    testing::Values(Refused{[](LoadRequest& r) { r.set = "prodution"; }, "prodution"},
                    Refused{[](LoadRequest& r) { r.strategy = "per-thead"; }, "per-thead"},
                    Refused{[](LoadRequest& r) { r.strategy = "raw"; }, "baseline"},
                    Refused{[](LoadRequest& r) { r.threads = 0; }, "--threads 0"},
                    Refused{[](LoadRequest& r) { r.threads = kMostLoadThreads + 1; },
                            "--threads 257"},
                    Refused{[](LoadRequest& r) { r.rows = 0; }, "--rows 0"},
                    Refused{[](LoadRequest& r) { r.payload = "big"; }, "big"},
                    Refused{[](LoadRequest& r) { r.mix = "reed=1"; }, "reed"},
                    Refused{[](LoadRequest& r) { r.keys = "zip"; }, "zip"},
                    Refused{[](LoadRequest& r) { r.sync_delay_us = -1; }, "--sync-delay-us -1"},
                    Refused{[](LoadRequest& r) { r.rate = 0; }, "--rate 0"},
                    Refused{[](LoadRequest& r) { r.rate = -5; }, "--rate -5"},
                    Refused{[](LoadRequest& r) { r.rate = 2e9; }, "--rate"},
                    Refused{[](LoadRequest& r) { r.rate = std::nan(""); }, "--rate nan"},
                    Refused{[](LoadRequest& r) { r.rate.reset(); }, "rate is missing"},
                    Refused{[](LoadRequest& r) { r.arrivals = "closed"; }, "have no rate"},
                    Refused{[](LoadRequest& r) { r.arrivals = "uniform"; }, "--arrivals uniform"},
                    Refused{[](LoadRequest& r) { r.duration_s = 0; }, "--duration 0"},
                    Refused{[](LoadRequest& r) { r.duration_s = INFINITY; }, "--duration inf"},
                    Refused{[](LoadRequest& r) { r.warmup_s = -1; }, "--warmup -1"},
                    Refused{[](LoadRequest& r) { r.timeout_ms = 0; }, "--timeout 0"},
                    Refused{[](LoadRequest& r) { r.antagonist = "vacum"; }, "long-reader"}));

// On a thread of its own, which takes the choice with it.
TEST(UseProcessors, TakesTheFirstThatAreAllowed) {
  std::thread([] {
    EXPECT_EQ(use_processors(1).size(), 1U);
    cpu_set_t now;
    ASSERT_EQ(::sched_getaffinity(0, sizeof now, &now), 0);
    EXPECT_EQ(CPU_COUNT(&now), 1);
    EXPECT_THAT([] { use_processors(2); },
                testing::ThrowsMessage<Error>(testing::HasSubstr("--cpus 2")));
    EXPECT_THAT([] { use_processors(0); },
                testing::ThrowsMessage<Error>(testing::HasSubstr("--cpus 0")));
  }).join();
}

TEST(LoadOperationList, NamesThem) {
  EXPECT_THAT(load_operation_list(), testing::HasSubstr("search"));
}

}  // namespace
}  // namespace pragmark

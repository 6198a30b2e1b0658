// The lines of pragmark-slices/1: what they say, and what is refused.
#include "pragmark/bench/slice_protocol.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "pragmark/bench/conversation.h"
#include "pragmark/error.h"

namespace pragmark {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

json open_json() {
  return {{"say", "open"},
          {"benchmark", "mixed/x"},
          {"operations", 100},
          {"slices", 13},
          {"busy_loop_ns", 12.5}};
}

std::string refusal_of(const std::string& line) {
  try {
    static_cast<void>(parse_slice_request(line));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Usage) << line;
    return error.what();
  }
  return "not refused: " + line;
}

TEST(SliceProtocol, ReadsWhatIsAskedFor) {
  const SliceRequest open = parse_slice_request(open_json().dump());
  EXPECT_EQ(open.says, SliceSays::Open);
  EXPECT_EQ(open.plan.benchmark, "mixed/x");
  EXPECT_EQ(open.plan.operations, 100);
  EXPECT_EQ(open.plan.slices, 13);
  EXPECT_EQ(open.plan.busy_loop_ns, 12.5);
  EXPECT_EQ(parse_slice_request(R"({"say":"slice"})").says, SliceSays::Slice);
  EXPECT_EQ(parse_slice_request(R"({"say":"close"})").says, SliceSays::Close);
}

TEST(SliceProtocol, RefusesWhatIsNotOfIt) {
  for (const char* line : {"", "hello", "[]", "7", "{}", R"({"say":7})", R"({"say":"stop"})",
                           R"({"say":"slice"} trailing)", "{\"say\":\"sl\xffice\"}"}) {
    EXPECT_THAT(refusal_of(line), HasSubstr("the lines must be of pragmark-slices/1")) << line;
  }
}

TEST(SliceProtocol, RefusesAnOpenThatSaysTooLittle) {
  for (const char* key : {"benchmark", "operations", "slices", "busy_loop_ns"}) {
    json without = open_json();
    without.erase(key);
    EXPECT_THAT(refusal_of(without.dump()), HasSubstr(key));
  }
}

TEST(SliceProtocol, RefusesNumbersOutOfRange) {
  for (const char* key : {"operations", "slices"}) {
    for (const json& wrong : {json(0), json(-1), json(kMostOperations + 1), json(UINT64_MAX),
                              json(1.5), json("9"), json(nullptr)}) {
      json open = open_json();
      open[key] = wrong;
      EXPECT_THAT(refusal_of(open.dump()), AllOf(HasSubstr(key), HasSubstr("from 1 to")));
    }
  }
  for (const json& wrong : {json(-0.1), json(1.1e9), json("9"), json(nullptr), json(true)}) {
    json open = open_json();
    open["busy_loop_ns"] = wrong;
    EXPECT_THAT(refusal_of(open.dump()), HasSubstr("busy_loop_ns"));
  }
}

TEST(SliceProtocol, ReadyNamesBenchmarksAndContext) {
  const Configuration one = {.workload = find_workload("mixed"),
                             .set = PragmaSet::parse("production"),
                             .strategy = "per-thread",
                             .threads = 4,
                             .rows = 50,
                             .payload = Payload::parse("small"),
                             .reads_percent = 50,
                             .operations_per_thread = 0};
  const json ready = json::parse(slices_ready_line({one}, {{"seed", "1"}, {"command", "x"}}));
  EXPECT_EQ(ready, (json{{"say", "ready"},
                         {"protocol", "pragmark-slices/1"},
                         {"benchmarks",
                          {{{"name", one.full_name()},
                            {"threads", 4},
                            {"pragma_set", "production"},
                            {"durability", "process-safe"}}}},
                         {"context", {{"seed", "1"}, {"command", "x"}}}}));
}

TEST(SliceProtocol, SliceSaysWhatWasCounted) {
  SliceResult result{.seconds = 0.25};
  result.tally.attempted = 4;
  result.tally.reads = 2;
  result.tally.writes = 1;
  result.tally.busy_errors = 1;
  for (int i = 0; i < 3; ++i) result.tally.latencies.record(std::chrono::microseconds{8});
  json said = json::parse(slice_line(result));
  EXPECT_EQ(said.at("latency_us_p50"), said.at("latency_us_p99"));
  EXPECT_NEAR(said.at("latency_us_p50").get<double>(), 8, 0.5);
  said.erase("latency_us_p50");
  said.erase("latency_us_p99");
  EXPECT_EQ(said, (json{{"say", "slice"},
                        {"operations", 4},
                        {"seconds", 0.25},
                        {"reads", 2},
                        {"writes", 1},
                        {"busy_errors", 1},
                        {"errors", 0}}));
}

TEST(SliceProtocol, SliceSaysWhatWasAskedOfTheDisk) {
  SliceResult result{.io = IoCounts{}};
  result.tally.latencies.record(std::chrono::microseconds{8});
  result.io->checkpoints = 3;
  result.io->files[static_cast<std::size_t>(FileRole::Main)] = {.written_bytes = 20, .syncs = 1};
  result.io->files[static_cast<std::size_t>(FileRole::Wal)] = {.written_bytes = 70, .syncs = 4};
  EXPECT_EQ(json::parse(slice_line(result)).at("io"),
            (json{{"syncs", 5}, {"checkpoints", 3}, {"wal_bytes", 70}, {"main_bytes", 20}}));
}

TEST(SliceProtocol, RestIsSaidAsItIs) {
  EXPECT_EQ(opened_line(12), R"({"say":"opened","operations":12})");
  EXPECT_EQ(closed_line({.rows = 9, .reads = 5, .writes = 4, .checksum = "00ff"}),
            R"({"say":"closed","rows":9,"reads":5,"writes":4,"checksum":"00ff"})");
  EXPECT_EQ(error_line("two\nlines", true),
            R"({"say":"error","message":"two lines","environment":true})");
}

}  // namespace
}  // namespace pragmark

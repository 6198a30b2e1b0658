// Lines: what is said is what is understood, and what is not of the protocol is refused.
#include "pragmark/bench/worker_protocol.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pragmark/error.h"

namespace pragmark {
namespace {

using std::chrono::nanoseconds;
using testing::HasSubstr;

WorkerTask task() {
  return {.database = "/a \"b\"/store.db",
          .set_file = "/a/set.sql",
          .strategy = "group-commit+wal_writes=direct",
          .workload = "mixed",
          .rows = 10'000'000,
          .payload = "article",
          .seed = 9'223'372'036'854'775'807,
          .reads_percent = 90,
          .process = 2,
          .processes = 3,
          .threads = 4,
          .in_flight = 5,
          .operations = 6,
          .counting_vfs = true,
          .memory_statistics = MemoryStatistics::Off,
          .script = WorkerScript{
              .settings = {{.name = "synchronous", .sql = "set it", .accepted = {"NORMAL", "1"}}},
              .read_sql = "read",
              .write_sql = "write",
              .requests_file = "/a/requests"}};
}

WorkerResult result() {
  WorkerResult result;
  for (const std::int64_t ticks : {3, 300, 300'000, 300'000'001}) {
    result.tally.latencies.record(nanoseconds{ticks});
  }
  result.tally.attempted = 7;
  result.tally.reads = 1;
  result.tally.writes = 2;
  result.tally.wrong_rows = 1;
  result.tally.busy_errors = 2;
  result.tally.errors = 1;
  result.io.files[2].syncs = 11;
  result.io.files[4].mapped_reads = 12;
  result.io.checkpoints = 13;
  result.io.directory_syncs = 14;
  result.io.wal_bytes_max = 15;
  return result;
}

std::string refusal(const std::string& line) {
  try {
    static_cast<void>(parse_answer(line));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Usage);
    return error.what();
  }
  return "nothing was refused";
}

std::string replaced(std::string line, const std::string& old, const std::string& by) {
  const std::size_t place = line.find(old);
  EXPECT_NE(place, std::string::npos) << line;
  return line.replace(place, old.size(), by);
}

TEST(WorkerProtocol, TaskArrivesAsItWasSent) {
  const std::string line = open_line(task());
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const WorkerTask arrived = parse_open(line);
  EXPECT_EQ(open_line(arrived), line);
  EXPECT_EQ(arrived.database, "/a \"b\"/store.db");
  EXPECT_EQ(arrived.seed, 9'223'372'036'854'775'807U);
  EXPECT_EQ(arrived.process, 2);
  EXPECT_EQ(arrived.in_flight, 5);
  EXPECT_EQ(arrived.script->settings.at(0).accepted, std::vector<std::string>({"NORMAL", "1"}));
}

TEST(WorkerProtocol, ResultArrivesAsItWasSent) {
  WorkerResult sent = result();
  sent.failure = WorkerFailure{.message = "no \xff UTF-8",
                               .operation = "insert",
                               .path = "/x",
                               .extended_code = 266,
                               .environment = false};
  const WorkerAnswer answer = parse_answer(result_line(sent));
  ASSERT_EQ(answer.says, WorkerSays::Result);
  const Tally& tally = answer.result.tally;
  EXPECT_EQ(tally.attempted, 7);
  EXPECT_EQ(tally.reads, 1);
  EXPECT_EQ(tally.writes, 2);
  EXPECT_EQ(tally.wrong_rows, 1);
  EXPECT_EQ(tally.busy_errors, 2);
  EXPECT_EQ(tally.errors, 1);
  EXPECT_EQ(tally.latencies.filled_buckets(), sent.tally.latencies.filled_buckets());
  EXPECT_EQ(tally.latencies.max_ns(), 300'000'001U);
  EXPECT_EQ(answer.result.io.files[2].syncs, 11U);
  EXPECT_EQ(answer.result.io.files[4].mapped_reads, 12U);
  EXPECT_EQ(answer.result.io.checkpoints, 13U);
  EXPECT_EQ(answer.result.io.directory_syncs, 14U);
  EXPECT_EQ(answer.result.io.wal_bytes_max, 15U);
  EXPECT_EQ(answer.result.failure->extended_code, 266);
  EXPECT_THAT(answer.result.failure->message, HasSubstr("UTF-8"));
}

TEST(WorkerProtocol, OtherAnswersArriveAsTheyWereSent) {
  EXPECT_EQ(parse_answer(ready_line("3.40.1")).sqlite_version, "3.40.1");
  EXPECT_EQ(parse_answer(done_line()).says, WorkerSays::Done);
  const WorkerAnswer error = parse_answer(error_line({.message = "m", .environment = true}));
  EXPECT_EQ(error.says, WorkerSays::Error);
  EXPECT_EQ(error.result.failure->message, "m");
  EXPECT_TRUE(error.result.failure->environment);
  EXPECT_NO_THROW(expect_go(go_line()));
}

TEST(WorkerProtocol, AnotherVersionIsRefusedByBothSides) {
  const std::string other = "pragmark-worker/2";
  const std::string ours(kWorkerProtocol);
  EXPECT_THAT(refusal(replaced(ready_line("3.40.1"), ours, other)),
              HasSubstr("it speaks pragmark-worker/2"));
  EXPECT_THROW(static_cast<void>(parse_open(replaced(open_line(task()), ours, other))), Error);
}

TEST(WorkerProtocol, LinesThatMakeNoSenseAreRefused) {
  EXPECT_THAT(refusal("Traceback (most recent call last):"), HasSubstr("\"Traceback"));
  EXPECT_THAT(refusal("[]"), HasSubstr("pragmark-worker/1"));
  EXPECT_THAT(refusal(R"({"say":"hello"})"), HasSubstr("does not say hello"));
  EXPECT_THAT(refusal(R"({"say":"ready"})"), HasSubstr("protocol"));
  const std::string line = result_line(result());
  EXPECT_THAT(refusal(replaced(line, "\"reads\":1", "\"reads\":2")),
              HasSubstr("4 latencies of 5 answers"));
  EXPECT_THAT(refusal(replaced(line, "\"reads\":1", "\"reads\":-1")), HasSubstr("reads"));
  EXPECT_THAT(refusal(replaced(line, "\"buckets\":[[", "\"buckets\":[[99999")),
              HasSubstr("no bucket"));
  EXPECT_THROW(expect_go(done_line()), Error);
  for (const auto& [good, bad] : std::vector<std::pair<std::string, std::string>>{
           {"\"process\":2", "\"process\":3"},  // of 3
           {"\"threads\":4", "\"threads\":0"},
           {"\"operations\":6", "\"operations\":18446744073709551615"},
           {"\"in_flight\":5", "\"in_flight\":\"5\""},
           {"\"say\":\"open\"", "\"say\":\"go\""}}) {
    EXPECT_THROW(static_cast<void>(parse_open(replaced(open_line(task()), good, bad))), Error)
        << bad;
  }
}

TEST(WorkerProtocol, CountsOfSeveralAddUpAndTheLargestWalStays) {
  IoCounts total = result().io;
  IoCounts more = result().io;
  more.wal_bytes_max = 7;
  add(total, more);
  EXPECT_EQ(total.files[2].syncs, 22U);
  EXPECT_EQ(total.checkpoints, 26U);
  EXPECT_EQ(total.directory_syncs, 28U);
  EXPECT_EQ(total.wal_bytes_max, 15U);
}

}  // namespace
}  // namespace pragmark

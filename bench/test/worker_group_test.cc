// Worker processes: real ones under the harness, and such that break the rules.
#include "pragmark/bench/worker_group.h"

#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "harness_fixture.h"
#include "pragmark/bench/python_original.h"
#include "pragmark/bench/worker_process.h"
#include "pragmark/bench/worker_tasks.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

const std::vector<std::string> kReal = {PRAGMARK_BENCH_PROGRAM, kWorkerArgument};

std::vector<std::string> shell(const std::string& script) { return {"/bin/sh", "-c", script}; }

std::string say(const std::string& line) { return "echo '" + line + "'; "; }

class WorkerGroupTest : public HarnessTest {
 protected:
  Configuration processes(std::string_view workload, int count, int threads,
                          std::int64_t operations) {
    Configuration one = configuration(workload, threads, operations);
    one.processes = count;
    return one;
  }
  Row run_workers(const Configuration& one, std::vector<std::string> command = kReal) {
    return run(one, {.worker_command = std::move(command)}).at(0);
  }
  // Whatever a test does, no process of it is left, dead or alive.
  void TearDown() override {
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
    EXPECT_EQ(directories_left(), 0);
  }
};

TEST_F(WorkerGroupTest, CountsAreThoseOfAllProcessesTogether) {
  const Row row = run_workers(processes("mixed", 3, 2, 20));
  ASSERT_FALSE(row.error_occurred) << row.error_message;
  EXPECT_EQ(row.threads, 2);
  EXPECT_EQ(counter(row, "operations"), 120);
  EXPECT_EQ(counter(row, "errors"), 0);
  const double seconds = row.real_accumulated_time;
  EXPECT_NEAR(counter(row, "reads_per_second") * seconds, 60, 1e-6);
  EXPECT_NEAR(counter(row, "writes_per_second") * seconds, 60, 1e-6);
}

TEST_F(WorkerGroupTest, LatenciesAreThoseThatTheProcessesTell) {
  WorkerResult told;
  told.tally.attempted = told.tally.reads = 10;
  for (int i = 0; i < 10; ++i) told.tally.latencies.record(std::chrono::microseconds(i + 1));
  const std::string script = "read open; " + say(ready_line("3.40.1")) + "read go; " +
                             say(done_line()) + say(result_line(told)) + "read end; exit 0";
  const Row row = run_workers(processes("mixed", 2, 1, 10), shell(script));
  ASSERT_FALSE(row.error_occurred) << row.error_message;
  EXPECT_EQ(counter(row, "operations"), 20);
  EXPECT_EQ(counter(row, "latency_us_p50"), told.tally.latencies.percentile_us(50));
  EXPECT_EQ(counter(row, "latency_us_max"), 10);
}

TEST_F(WorkerGroupTest, CountsWhatEveryProcessAsksOfTheDisk) {
  Configuration one = processes("mixed", 2, 1, 40);
  one.reads_percent = 0;
  one.set = PragmaSet::parse("production+synchronous=FULL");
  const Row row = run_workers(one);
  ASSERT_FALSE(row.error_occurred) << row.error_message;
  // One for each commit of either process, and a few for the headers of the WAL.
  EXPECT_GE(counter(row, "syncs_per_write"), 1);
  EXPECT_LE(counter(row, "syncs_per_write"), 1.1);
  EXPECT_GT(counter(row, "wal_bytes_max"), 80 * 4096);
}

TEST_F(WorkerGroupTest, EveryStrategyRunsInWorkersAlsoWithSeveralInFlight) {
  for (const SubjectInfo& subject : subjects()) {
    if (subject.kind != SubjectKind::Strategy) continue;
    Configuration one = processes("mixed", 2, 2, 10);
    one.strategy = subject.name;
    one.in_flight = subject.asynchronous ? 4 : 1;
    const Row row = run_workers(one);
    EXPECT_FALSE(row.error_occurred) << subject.name << ": " << row.error_message;
  }
}

TEST_F(WorkerGroupTest, OriginalInPythonRunsEveryWorkload) {
  for (const WorkloadInfo& workload : workloads()) {
    Configuration one = configuration(workload.name, workload.concurrent ? 3 : 1, 7);
    one.strategy = kPythonOriginal;
    const Row row = run(one, {.python_command = {"python3", PRAGMARK_ORIGINAL}}).at(0);
    ASSERT_FALSE(row.error_occurred) << workload.name << ": " << row.error_message;
    EXPECT_EQ(counter(row, "operations"), workload.concurrent ? 21 : 7);
    EXPECT_EQ(counter(row, "errors"), 0);
  }
}

// A process and its threads can be told to go again: rows and requests go on where they were.
TEST_F(WorkerGroupTest, ManySlicesOfOneWorker) {
  const Configuration one = processes("mixed", 2, 2, 5);
  const Dataset data = templates_.data(one);
  const ScratchDirectory directory(scratch_.path());
  const std::string database = directory.file("store.db");
  templates_.place(one, database);
  WorkerGroup group({.command = kReal}, worker_tasks(one, {.directory = &directory,
                                                           .database = database,
                                                           .data = &data,
                                                           .operations = 5,
                                                           .counting_vfs = false}));
  std::int64_t writes = 0;
  for (int slice = 0; slice < 4; ++slice) {
    group.go();
    group.wait_until_done();
    const WorkerResult result = group.result();
    EXPECT_EQ(result.tally.attempted, 20);
    EXPECT_EQ(result.tally.latencies.count(), 20U);
    EXPECT_EQ(result.tally.reads + result.tally.writes, 20);
    writes += result.tally.writes;
  }
  group.finish();
  EXPECT_EQ(make_subject("per-thread", {.path = database, .set = one.set})->count_topics(),
            50 + writes);
}

class LostRow final : public Passing {
 public:
  using Passing::Passing;
  std::int64_t count_topics() override { return Passing::count_topics() - 1; }
};

TEST_F(WorkerGroupTest, RowsAreCheckedWhenTheWorkersHaveEnded) {
  const Row row = run(processes("mixed", 2, 1, 10),
                      {.worker_command = kReal, .make_subject = factory_of<LostRow>()})
                      .at(0);
  EXPECT_EQ(row.error_message,
            "59 rows found, 60 expected (50 initial and 10 acknowledged writes)");
}

TEST_F(WorkerGroupTest, SetThatIsNotInEffectIsAnErrorOfTheWorker) {
  Configuration one = processes("mixed", 2, 2, 10);
  one.set = PragmaSet::parse("production+locking_mode=EXCLUSIVE+busy_timeout=10");
  const Row row = run_workers(one);
  EXPECT_TRUE(row.error_occurred);
  EXPECT_THAT(row.error_message, MatchesRegex("worker 1 of 2 .*database is locked.*"));
  EXPECT_EQ(session_->failed_checks(), 1);
}

TEST_F(WorkerGroupTest, DeadWorkerIsAnErrorThatSaysHowItEnded) {
  const Configuration one = processes("mixed", 2, 1, 10);
  const std::string ready = "read open; " + say(ready_line("3.40.1")) + "read go; ";
  EXPECT_THAT(run_workers(one, shell("exit 3")).error_message,
              MatchesRegex("worker 1 of 2 \\(process [0-9]+\\) ended with exit code 3 before .*"));
  EXPECT_THAT(run_workers(one, shell(ready + "kill -9 $$")).error_message,
              HasSubstr("was killed by signal 9 (SIGKILL) before its work was done"));
  EXPECT_EQ(session_->failed_checks(), 1);
}

TEST_F(WorkerGroupTest, WorkerThatEndsBadlyAfterItsWorkIsAnErrorToo) {
  WorkerResult nothing;
  const std::string script = "read open; " + say(ready_line("3.40.1")) + "read go; " +
                             say(done_line()) + say(result_line(nothing)) + "read end; exit 9";
  EXPECT_THAT(run_workers(processes("mixed", 2, 1, 10), shell(script)).error_message,
              HasSubstr("ended with exit code 9 after its work was done"));
}

TEST_F(WorkerGroupTest, WorkerThatSpeaksSomethingElseIsRefused) {
  const Configuration one = processes("mixed", 2, 1, 10);
  EXPECT_THAT(run_workers(one, shell(say(R"({"say":"ready","protocol":"pragmark-worker/2"})") +
                                     "exec sleep 100"))
                  .error_message,
              HasSubstr("it speaks pragmark-worker/2"));
  EXPECT_THAT(run_workers(one, shell(say("hello") + "exec sleep 100")).error_message,
              HasSubstr("said \"hello\""));
  EXPECT_THAT(run_workers(one, shell(say(done_line()) + "exec sleep 100")).error_message,
              HasSubstr("spoke out of turn"));
}

TEST_F(WorkerGroupTest, DiskThatIsFullForAWorkerIsFullForTheRun) {
  const std::string full = error_line(
      {.message = "full", .operation = "insert", .path = "/x", .extended_code = SQLITE_FULL});
  const Row row = run_workers(processes("mixed", 2, 1, 10), shell("read open; " + say(full)));
  EXPECT_THAT(row.error_message, MatchesRegex("worker 1 of 2 .*: insert: .*full.*"));
  EXPECT_EQ(session_->failed_checks(), 0);
  EXPECT_THROW(session_->rethrow_if_stopped(), Error);
}

TEST_F(WorkerGroupTest, FailedRequestEndsTheRun) {
  WorkerResult failed;
  failed.tally.attempted = failed.tally.errors = 1;
  failed.failure = WorkerFailure{.message = "UNIQUE constraint failed", .extended_code = 1555};
  const std::string script = "read open; " + say(ready_line("3.40.1")) + "read go; " +
                             say(done_line()) + say(result_line(failed)) + "read end";
  EXPECT_THAT(run_workers(processes("mixed", 2, 1, 10), shell(script)).error_message,
              HasSubstr("UNIQUE constraint failed"));
  EXPECT_EQ(session_->failed_checks(), 1);
}

TEST_F(WorkerGroupTest, ProgramThatIsMissingIsNamed) {
  const Row row = run_workers(processes("mixed", 2, 1, 10), {"/nonexistent/program"});
  EXPECT_THAT(row.error_message, HasSubstr("/nonexistent/program: No such file"));
}

TEST_F(WorkerGroupTest, StopsWaitingWhenAskedTo) {
  const Configuration one = processes("mixed", 2, 1, 10);
  const Dataset data = templates_.data(one);
  const ScratchDirectory directory(scratch_.path());
  templates_.place(one, directory.file("store.db"));
  const auto tasks = worker_tasks(one, {.directory = &directory,
                                        .database = directory.file("store.db"),
                                        .data = &data,
                                        .operations = 1'000'000'000,
                                        .counting_vfs = false});
  bool stopped = false;
  WorkerGroup group({.command = kReal, .stopped = [&] { return stopped; }}, tasks);
  group.go();
  stopped = true;
  EXPECT_THROW(group.wait_until_done(), Interrupted);
}

}  // namespace
}  // namespace pragmark

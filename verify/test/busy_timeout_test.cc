// L001: what is added up, what is waited for, and whose handler waits.
#include <chrono>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "behaviour/sabotage.h"
#include "behaviour_fixture.h"

namespace pragmark::behaviour {
namespace {

using testing::HasSubstr;

TEST(BusyTimeoutCheck, PassesWhatIsRightAndCatchesWhatIsWrong) {
  const ScratchDirectory scratch(testing::TempDir());
  const CheckTrials trials = run_trials(check_of("L001"), scratch.path());
  EXPECT_TRUE(all_hold({trials})) << to_text({trials});
}

TEST(BusyTimeoutCheck, AddsUpWhatSqliteWouldSleep) {
  EXPECT_THAT(*result_on("L001", "production+busy_timeout=1234").observed,
              HasSubstr("; gave up after 1234 ms in "));
}

// A VFS that sleeps by its own means, and so keeps from the clock what SQLite asked for: what is
// waited for in real time is right, what would be waited in all is not seen.
class SelfSleepingVfs : public internal::VfsLayer<SelfSleepingVfs, UnchangedFile> {
 public:
  explicit SelfSleepingVfs(const std::string& below)
      : VfsLayer(below, internal::unique_vfs_name("self-sleeping")) {}
  int sleep(int microseconds) {
    std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
    return microseconds;
  }
};

TEST(BusyTimeoutCheck, HoldsTheSumOfSleepsAgainstTheClaim) {
  const CheckResult result =
      result_on("L001", "production+busy_timeout=50", nullptr, sabotage_with<SelfSleepingVfs>);
  EXPECT_EQ(to_string(result.verdict), "ineffective");
  EXPECT_THAT(*result.observed, HasSubstr("gave up after 0 ms in 0 sleeps"));
}

// SQLite would ask for 21 million sleeps: it is not let.
TEST(BusyTimeoutCheck, SaysWhatItDidNotAwait) {
  const CheckResult result = result_on("L001", "production+busy_timeout=2147483647");
  EXPECT_EQ(to_string(result.verdict), "pass");
  EXPECT_THAT(*result.observed, HasSubstr("its end not awaited"));
}

// The set claims that nobody waits, and SQLite answers 0 for a handler that is not its own.
TEST(BusyTimeoutCheck, FindsAHandlerWhereNoneIsClaimed) {
  const auto wait_for_ever = [](Connection& connection) {
    sqlite3_busy_handler(
        connection.handle(),
        [](void*, int) {
          sqlite3_sleep(1);
          return 1;
        },
        nullptr);
  };
  const CheckResult result = result_on("L001", "default", wait_for_ever);
  EXPECT_EQ(result.read_back, "0");
  EXPECT_EQ(to_string(result.verdict), "ineffective");
}

}  // namespace
}  // namespace pragmark::behaviour

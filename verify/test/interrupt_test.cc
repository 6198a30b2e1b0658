#include "pragmark/verify/interrupt.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

namespace pragmark {
namespace {

// Each case ends a process of its own, since the flag and the handlers are the process's.
constexpr int kInterruptedSeen = 42;

[[noreturn]] void raise_and_report(int signal_number) {
  ::signal(signal_number, SIG_DFL);  // it may be ignored here: nohup, a job of CI
  catch_interrupts();
  if (interrupted()) std::_Exit(1);
  ::raise(signal_number);
  try {
    throw_if_interrupted();
  } catch (const Interrupted&) {
    std::_Exit(interrupted() ? kInterruptedSeen : 2);
  }
  std::_Exit(3);
}

TEST(InterruptDeathTest, EachSignalOfAUserBecomesAnException) {
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
    EXPECT_EXIT(raise_and_report(signal_number), testing::ExitedWithCode(kInterruptedSeen), "")
        << signal_number;
  }
}

TEST(InterruptDeathTest, TheSecondOneEndsTheProcess) {
  EXPECT_EXIT(
      {
        ::signal(SIGINT, SIG_DFL);
        catch_interrupts();
        ::raise(SIGINT);
        ::raise(SIGINT);
        std::_Exit(0);
      },
      testing::KilledBySignal(SIGINT), "");
}

TEST(InterruptDeathTest, AnIgnoredSignalStaysIgnored) {
  EXPECT_EXIT(
      {
        ::signal(SIGHUP, SIG_IGN);  // as nohup does
        catch_interrupts();
        ::raise(SIGHUP);
        std::_Exit(interrupted() ? 1 : 0);
      },
      testing::ExitedWithCode(0), "");
}

[[noreturn]] void grow_a_file_over_the_limit() {
  catch_interrupts();
  const std::string path = testing::TempDir() + "pragmark-interrupt-test";
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ::unlink(path.c_str());
  const rlimit nothing = {0, 0};
  ::setrlimit(RLIMIT_FSIZE, &nothing);
  const bool refused = ::write(file, "x", 1) == -1 && errno == EFBIG;
  std::_Exit(refused ? 0 : 1);
}

TEST(InterruptDeathTest, AFileOverTheLimitIsAnErrorOfTheWrite) {
  EXPECT_EXIT(grow_a_file_over_the_limit(), testing::ExitedWithCode(0), "");
}

TEST(Interrupt, IsNeverSeenByAProgramThatDidNotAsk) { EXPECT_NO_THROW(throw_if_interrupted()); }

}  // namespace
}  // namespace pragmark

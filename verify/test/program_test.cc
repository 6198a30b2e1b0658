#include "pragmark/verify/program.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pragmark/verify/interrupt.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::size_t entries_in(const fs::path& directory) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

TEST(ExitCodeFor, FollowsTheKindOfError) {
  EXPECT_EQ(exit_code_for(Error::usage("x")), ExitCode::BadUsage);
  EXPECT_EQ(exit_code_for(Error::newer_schema(2, 1, "x.db")), ExitCode::BadUsage);
  EXPECT_EQ(exit_code_for(Error::setting_refused("a", "b", "c", "d", "e")), ExitCode::DoesNotHold);
  EXPECT_EQ(exit_code_for(Error::environment("a", "b", "c")), ExitCode::Undetermined);
  EXPECT_EQ(exit_code_for(Error::sqlite(nullptr, 5, "a", "b", "c")), ExitCode::Undetermined);
}

TEST(ExitCodeFor, IsZeroForAPassAlone) {
  using enum Verdict;
  EXPECT_EQ(exit_code_for(Pass), ExitCode::Holds);
  for (const Verdict bad : {Fail, Ineffective, Misread}) {
    EXPECT_EQ(exit_code_for(bad), ExitCode::DoesNotHold) << to_string(bad);
  }
  for (const Verdict open : {Unknown, Skipped}) {
    EXPECT_EQ(exit_code_for(open), ExitCode::Undetermined) << to_string(open);
  }
}

TEST(RunProgram, ReturnsWhatTheBodyDoes) {
  EXPECT_EQ(run_program("test", [] { return ExitCode::Holds; }), 0);
  EXPECT_EQ(run_program("test", [] { return ExitCode::DoesNotHold; }), 1);
}

TEST(RunProgram, TurnsWhatIsThrownIntoOneLineAndACode) {
  struct Row {
    std::function<void()> raise;
    int code;
    std::string line;
  };
  const std::vector<Row> table = {
      {[] { throw Error::usage("a\nb"); }, 2, "pragmark test: a b\n"},
      {[] { throw Error::environment("open", "full", "d"); }, 3, "pragmark test: open d: full\n"},
      {[] { throw std::runtime_error("odd"); }, 3, "pragmark test: odd\n"},
      {[] { throw Interrupted(); }, 3,
       "pragmark test: interrupted; scratch files are removed, no result was written\n"},
  };
  for (const Row& row : table) {
    testing::internal::CaptureStderr();
    const int code = run_program("test", [&] {
      row.raise();
      return ExitCode::Holds;
    });
    EXPECT_EQ(testing::internal::GetCapturedStderr(), row.line);
    EXPECT_EQ(code, row.code) << row.line;
  }
}

TEST(OneLine, HasNeitherBreaksNorControls) {
  EXPECT_EQ(one_line("a\n\n  b\tc\x1b[31m \n"), "a b c[31m");
  EXPECT_EQ(one_line(""), "");
}

TEST(WriteOutput, ReplacesAFileAndLeavesNothingBeside) {
  const ScratchDirectory scratch(testing::TempDir());
  const std::string path = scratch.file("out.json");
  write_output("old", path);
  write_output("new", path);
  EXPECT_EQ(text_of(path), "new");
  EXPECT_EQ(entries_in(scratch.path()), 1U);
}

TEST(WriteOutput, KeepsALinkAndReplacesWhatItLeadsTo) {
  const ScratchDirectory scratch(testing::TempDir());
  write_output("old", scratch.file("real"));
  fs::create_symlink("real", scratch.path() / "link");
  write_output("new", scratch.file("link"));
  EXPECT_TRUE(fs::is_symlink(scratch.path() / "link"));
  EXPECT_EQ(text_of(scratch.file("real")), "new");
}

TEST(WriteOutput, WritesIntoADeviceInsteadOfReplacingIt) {
  const ScratchDirectory scratch(testing::TempDir());
  const std::string pipe = scratch.file("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  write_output("text", pipe);
  char bytes[8] = {};
  EXPECT_EQ(::read(reader, bytes, sizeof bytes), 4);
  ::close(reader);
  EXPECT_EQ(std::string(bytes), "text");
  EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST(WriteOutput, SaysWhatCouldNotBeWritten) {
  try {
    write_output("text", "/proc/pragmark.json");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Environment);
    EXPECT_THAT(error.what(), HasSubstr("write /proc/pragmark.json: No such file"));
  }
}

// In a process of its own, whose files may not grow over 10 bytes.
[[noreturn]] void write_too_much(const std::string& path) {
  catch_interrupts();
  const rlimit limit = {10, 10};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  try {
    write_output(std::string(100, 'x'), path);
  } catch (const Error& error) {
    std::_Exit(error.kind() == ErrorKind::Environment ? 0 : 1);
  }
  std::_Exit(2);
}

TEST(WriteOutputDeathTest, KeepsTheOldTextOnAFullDiskAndLeavesNothingBeside) {
  const ScratchDirectory scratch(testing::TempDir());
  const std::string path = scratch.file("out.json");
  write_output("old", path);
  EXPECT_EXIT(write_too_much(path), testing::ExitedWithCode(0), "");
  EXPECT_EQ(text_of(path), "old");
  EXPECT_EQ(entries_in(scratch.path()), 1U);
}

TEST(RequireOutputPossible, RefusesADirectoryAndAMissingParent) {
  const ScratchDirectory scratch(testing::TempDir());
  const std::string missing = scratch.file("missing/out.json");
  EXPECT_NO_THROW(require_output_possible(""));
  EXPECT_NO_THROW(require_output_possible("out.json"));
  EXPECT_NO_THROW(require_output_possible(scratch.file("out.json")));
  for (const std::string& path : {scratch.path().string(), missing}) {
    try {
      require_output_possible(path);
      FAIL() << path << ": nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::Usage);
      EXPECT_THAT(error.what(), HasSubstr("--out " + path + ": "));
    }
  }
}

// A terminal of our own: the other side of a new pseudo-terminal.
TEST(ColourFor, NeedsATerminalAndNobodyWhoMinds) {
  const int manager = ::posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(manager, 0);
  ASSERT_EQ(::grantpt(manager) + ::unlockpt(manager), 0);
  const int terminal = ::open(::ptsname(manager), O_RDWR | O_NOCTTY);
  ASSERT_GE(terminal, 0);
  const int file = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ::setenv("TERM", "xterm", 1);
  ::unsetenv("NO_COLOR");
  EXPECT_EQ(colour_for(terminal), Colour::Always);
  EXPECT_EQ(colour_for(file), Colour::Never);
  ::setenv("NO_COLOR", "", 1);
  EXPECT_EQ(colour_for(terminal), Colour::Always) << "empty means nothing";
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_EQ(colour_for(terminal), Colour::Never);
  ::unsetenv("NO_COLOR");
  ::setenv("TERM", "dumb", 1);
  EXPECT_EQ(colour_for(terminal), Colour::Never);
  ::close(file);
  ::close(terminal);
  ::close(manager);
}

}  // namespace
}  // namespace pragmark

#include "pragmark/verify/scratch_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pragmark/error.h"

namespace pragmark {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string message_of_refusal(const fs::path& parent) {
  try {
    const ScratchDirectory scratch(parent);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Environment);
    return error.what();
  }
  return "nothing was thrown";
}

TEST(ScratchDirectory, IsEmptyInsideItsParentAndPrivate) {
  const ScratchDirectory outer(testing::TempDir());
  const ScratchDirectory inner(outer.path());
  EXPECT_EQ(inner.path().parent_path(), outer.path());
  EXPECT_TRUE(inner.path().filename().string().starts_with("pragmark-"));
  EXPECT_TRUE(fs::is_empty(inner.path()));
  EXPECT_EQ(fs::status(inner.path()).permissions(), fs::perms::owner_all);
  EXPECT_EQ(inner.file("a.db"), (inner.path() / "a.db").string());
}

TEST(ScratchDirectory, IsGoneWithEverythingInIt) {
  const ScratchDirectory outer(testing::TempDir());
  {
    const ScratchDirectory inner(outer.path());
    std::ofstream(inner.file("a.db")) << "x";
    fs::create_directories(inner.path() / "deep" / "deeper");
    std::ofstream(inner.path() / "deep" / "deeper" / "b") << "y";
  }
  EXPECT_TRUE(fs::is_empty(outer.path()));
}

TEST(ScratchDirectory, IsGoneAfterAnException) {
  const ScratchDirectory outer(testing::TempDir());
  try {
    const ScratchDirectory inner(outer.path());
    std::ofstream(inner.file("a.db")) << "x";
    throw Error::usage("any");
  } catch (const Error&) {
  }
  EXPECT_TRUE(fs::is_empty(outer.path()));
}

TEST(ScratchDirectory, DoesNotFollowALinkOutOfItself) {
  const ScratchDirectory outer(testing::TempDir());
  fs::create_directory(outer.path() / "kept");
  std::ofstream(outer.path() / "kept" / "file") << "x";
  {
    const ScratchDirectory inner(outer.path());
    fs::create_directory_symlink(outer.path() / "kept", inner.path() / "link");
  }
  EXPECT_TRUE(fs::exists(outer.path() / "kept" / "file"));
}

TEST(ScratchDirectory, HoldsWhenTheWorkingDirectoryChanges) {
  const ScratchDirectory outer(testing::TempDir());
  const fs::path before = fs::current_path();
  fs::current_path(outer.path());
  {
    const ScratchDirectory inner(".");
    EXPECT_TRUE(inner.path().is_absolute());
    fs::current_path(before);
  }
  EXPECT_TRUE(fs::is_empty(outer.path()));
}

TEST(ScratchDirectory, RemovesEarlyWhenAsked) {
  ScratchDirectory scratch(testing::TempDir());
  const fs::path path = scratch.path();
  scratch.remove();
  EXPECT_FALSE(fs::exists(path));
}

TEST(ScratchDirectory, RefusesWhatIsNoDirectory) {
  const ScratchDirectory outer(testing::TempDir());
  const std::string missing = (outer.path() / "missing").string();
  const std::string file = outer.file("file");
  std::ofstream(file) << "x";
  EXPECT_THAT(message_of_refusal(missing), HasSubstr(missing + ": it does not exist"));
  EXPECT_THAT(message_of_refusal(file), HasSubstr(file + ": it is not a directory"));
}

// The superuser may write to any directory but not to one of the kernel's.
TEST(ScratchDirectory, RefusesADirectoryThatMayNotBeWrittenTo) {
  if (::geteuid() == 0) {
    EXPECT_THAT(message_of_refusal("/proc"), HasSubstr("create a scratch directory in /proc: "));
    return;
  }
  const ScratchDirectory outer(testing::TempDir());
  const fs::path locked = outer.path() / "locked";
  fs::create_directory(locked);
  fs::permissions(locked, fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_THAT(message_of_refusal(locked), HasSubstr(locked.string() + ": Permission denied"));
}

}  // namespace
}  // namespace pragmark

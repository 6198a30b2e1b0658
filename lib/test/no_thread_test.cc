// A machine that allows no more threads.
#include <pthread.h>

#include <cstddef>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matchers.h"
#include "pragmark/store.h"
#include "temp_directory.h"

namespace pragmark {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Asks for stacks that no address space has, so that std::thread fails as at a limit of threads.
class NoMoreThreads {
 public:
  NoMoreThreads() {
    constexpr std::size_t kTooLarge = std::size_t{1} << 50;
    pthread_attr_t asked;
    pthread_getattr_default_np(&before_);
    pthread_getattr_default_np(&asked);
    pthread_attr_setstacksize(&asked, kTooLarge);
    EXPECT_EQ(pthread_setattr_default_np(&asked), 0);
    pthread_attr_destroy(&asked);
  }
  ~NoMoreThreads() {
    EXPECT_EQ(pthread_setattr_default_np(&before_), 0);
    pthread_attr_destroy(&before_);
  }
  NoMoreThreads(const NoMoreThreads&) = delete;
  NoMoreThreads& operator=(const NoMoreThreads&) = delete;

 private:
  pthread_attr_t before_{};
};

std::string error_of_insert(Store& store, const std::string& id) {
  try {
    store.insert(Topic{.id = id});
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Environment);
    return error.what();
  }
}

struct Case {
  const char* strategy;
  const char* missing;
};

class NoThread : public ::testing::TestWithParam<Case> {};

TEST_P(NoThread, IsAnErrorOfTheWriteAndTheNextOneMaySucceed) {
  const TempDirectory directory;
  Store store({.path = directory.file("store.db"), .strategy = GetParam().strategy});
  {
    const NoMoreThreads limit;
    EXPECT_THAT(error_of_insert(store, "refused"), HasSubstr(GetParam().missing));
    EXPECT_EQ(store.count<Topic>(), 0);  // reads go on, without a held slot
  }
  EXPECT_THAT(error_of_insert(store, "accepted"), IsEmpty());
  EXPECT_EQ(store.count<Topic>(), 1);
}

INSTANTIATE_TEST_SUITE_P(Strategies, NoThread,
                         ::testing::Values(Case{"group-commit+checkpoints=commit",
                                                "start the committing thread of"},
                                           Case{"single-writer+checkpoints=background",
                                                "start the checkpointing thread of"}));

}  // namespace
}  // namespace pragmark

#include "pragmark/bench/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pragmark {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(RoughDuration, HasTwoUnitsAtMost) {
  using std::chrono::seconds;
  EXPECT_EQ(rough_duration(seconds{59}), "59 s");
  EXPECT_EQ(rough_duration(seconds{125}), "2 min 5 s");
  EXPECT_EQ(rough_duration(seconds{7320}), "2 h 2 min");
}

TEST(Progress, RewritesOneLineOnATerminal) {
  std::string text;
  Progress progress(
      {.total = 2, .sink = [&](std::string_view part) { text += part; }, .rewrites_line = true});
  progress.advance(std::string(200, 'x'));
  progress.advance("y");
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  EXPECT_THAT(text, StartsWith("\r[1/2] about "));
  // The first line is cut to what does not wrap, the second one covers it whole.
  EXPECT_EQ(text.size(), 2U * 80);
  progress.finish();
  EXPECT_THAT(text, EndsWith("\n"));
}

TEST(Progress, WritesFewPlainLinesOtherwiseAndAlwaysTheLast) {
  std::string text;
  Progress progress({.total = 100,
                     .sink = [&](std::string_view part) { text += part; },
                     .plain_interval = std::chrono::hours{1}});
  for (int i = 0; i < 100; ++i) progress.advance("mixed");
  progress.finish();
  EXPECT_THAT(text, StartsWith("[1/100] about "));
  EXPECT_THAT(text, HasSubstr("\n[100/100] about 0 s left, last: mixed\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

}  // namespace
}  // namespace pragmark

#include "pragmark/bench/dataset.h"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pragmark/error.h"

namespace pragmark {
namespace {

using testing::HasSubstr;
using testing::Property;
using testing::Throws;

Dataset small(std::uint64_t seed = 1) {
  return Dataset({.seed = seed, .rows = 10, .payload = Payload::parse("small")});
}

std::size_t words_in(const std::string& text) {
  std::size_t words = 1;
  for (const char c : text) words += c == ' ' ? 1 : 0;
  return words;
}

TEST(Dataset, IdsAreSixteenHexadecimalDigitsThatNeverMeet) {
  const Dataset data = small();
  std::set<std::string> ids;
  for (std::uint64_t row = 0; row < 100'000; ++row) {
    const TopicId id = data.id(row);
    EXPECT_EQ(id.view().find_first_not_of("0123456789abcdef"), std::string_view::npos);
    ids.insert(std::string(id.view()));
  }
  EXPECT_EQ(ids.size(), 100'000U);
}

TEST(Dataset, IdsAreInNoOrder) {
  const Dataset data = small();
  int rising = 0;
  for (std::uint64_t row = 0; row < 1000; ++row) {
    rising += std::string(data.id(row).view()) < data.id(row + 1).view() ? 1 : 0;
  }
  EXPECT_GT(rising, 400);
  EXPECT_LT(rising, 600);
}

TEST(Dataset, IsTheSameForASeedOnEveryMachine) {
  // From an independent implementation of mix64(mix64(seed) + row * gamma).
  EXPECT_EQ(small(1).id(0).view(), "7ab40e090f363a7d");
  EXPECT_EQ(small(1).pool(), small(1).pool());
  EXPECT_NE(small(1).id(0).view(), small(2).id(0).view());
  EXPECT_NE(small(1).pool(), small(2).pool());
}

TEST(Dataset, StampChangesIdAndTimesAndNothingElse) {
  const Dataset data = small();
  Topic topic = data.pool().front();
  Topic expected = topic;
  data.stamp(123, topic);
  expected.id = data.id(123).view();
  expected.created_at = topic.created_at;
  expected.updated_at = topic.created_at;
  EXPECT_EQ(topic, expected);
  Topic later = topic;
  data.stamp(124, later);
  EXPECT_LT(topic.created_at, later.created_at);
}

TEST(Dataset, SmallTopicsHaveAboutTwoHundredBytesAndNoReport) {
  const Dataset data = small();
  for (const Topic& topic : data.pool()) {
    EXPECT_FALSE(topic.research_report);
    const std::size_t bytes = topic.id.size() + topic.title.size() + topic.description.size() +
                              topic.status.size() + topic.language.size() + topic.domain.size() +
                              3 * sizeof(std::int64_t);
    EXPECT_GT(bytes, 180U);
    EXPECT_LT(bytes, 220U);
  }
}

TEST(Dataset, ArticlesHaveAReportOfTwoThousandWords) {
  const Dataset data({.seed = 1, .rows = 10, .payload = Payload::parse("article")});
  for (const Topic& topic : data.pool()) EXPECT_EQ(words_in(topic.research_report.value()), 2000U);
}

TEST(Dataset, BytesAreTheReportsSize) {
  const Dataset data({.seed = 1, .rows = 10, .payload = Payload::parse("4096")});
  EXPECT_GT(data.pool().size(), 1U);
  for (const Topic& topic : data.pool()) EXPECT_EQ(topic.research_report.value().size(), 4096U);
}

TEST(Dataset, PoolStaysSmallWhateverThePayload) {
  const Dataset data({.seed = 1, .rows = 1, .payload = Payload::parse("3000000")});
  EXPECT_EQ(data.pool().size(), 1U);
}

TEST(Payload, KeepsItsNameForBenchmarkNames) {
  EXPECT_EQ(Payload::parse("small").name, "small");
  EXPECT_EQ(Payload::parse("article").name, "article");
  EXPECT_EQ(Payload::parse("4096").name, "4096");
}

TEST(Payload, RefusesWhatIsNeitherNameNorSize) {
  for (const char* text : {"", "big", "0", "-1", "4k", "1e3", "16777217", "99999999999999999999"}) {
    EXPECT_THAT([&] { static_cast<void>(Payload::parse(text)); },
                Throws<Error>(Property(&Error::kind, ErrorKind::Usage)))
        << text;
  }
  EXPECT_THAT([] { static_cast<void>(Payload::parse("big")); },
              Throws<Error>(Property(&Error::what, HasSubstr("small, article or a number"))));
}

}  // namespace
}  // namespace pragmark

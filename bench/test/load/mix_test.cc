#include "pragmark/bench/load/mix.h"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pragmark/bench/load/operations.h"
#include "pragmark/bench/random.h"
#include "pragmark/error.h"

namespace pragmark {
namespace {

TEST(Mix, SharesBecomePartsOfTheirSum) {
  const Mix mix = Mix::parse("read=45,write=4,search=1");
  ASSERT_EQ(mix.parts().size(), 3U);
  EXPECT_EQ(mix.parts()[0].operation->name, "read");
  EXPECT_DOUBLE_EQ(mix.parts()[0].share, 0.9);
  EXPECT_EQ(mix.text(), "read=90,write=8,search=2");
}

TEST(Mix, EveryPartIsPickedByItsShare) {
  const Mix mix = Mix::parse("read=90,write=8,search=2");
  SplitMix64 random(4);
  std::vector<int> picked(3);
  constexpr int kPicks = 100'000;
  for (int i = 0; i < kPicks; ++i) ++picked.at(mix.pick(random.next()));
  const double shares[] = {0.9, 0.08, 0.02};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(picked[i], kPicks * shares[i], 5 * std::sqrt(kPicks * shares[i])) << i;
  }
}

TEST(Mix, FirstAndLastBitsFallOnFirstAndLastPart) {
  const Mix mix = Mix::parse("read=1,write=1e-9");
  EXPECT_EQ(mix.pick(0), 0U);
  EXPECT_EQ(mix.pick(~std::uint64_t{0}), 1U);
}

TEST(Mix, NeedsWhatItsOperationsNeed) {
  EXPECT_FALSE(Mix::parse("read=1,write=1").needs().documents);
  EXPECT_FALSE(Mix::parse("read=1,write=1").needs().posts);
  EXPECT_TRUE(Mix::parse("read=1,search=1").needs().documents);
  EXPECT_TRUE(Mix::parse("history=1").needs().posts);
  EXPECT_TRUE(Mix::parse("read=1,update=1").writes());
  EXPECT_FALSE(Mix::parse("read=1,search=1").writes());
}

struct Refused {
  const char* text;
  const char* word;  // in the message
};
class RefusedMix : public testing::TestWithParam<Refused> {};

TEST_P(RefusedMix, IsNamed) {
  EXPECT_THAT([] { static_cast<void>(Mix::parse(GetParam().text)); },
              testing::ThrowsMessage<Error>(testing::HasSubstr(GetParam().word)))
      << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Mix, RefusedMix,
    testing::Values(Refused{"", "NAME=SHARE"}, Refused{"read", "NAME=SHARE"},
                    Refused{"read=1,", "NAME=SHARE"}, Refused{"=1", "NAME=SHARE"},
                    Refused{"reed=1", "insert_document"}, Refused{"read=0", "above 0"},
                    Refused{"read=-1", "above 0"}, Refused{"read=nan", "above 0"},
                    Refused{"read=inf", "above 0"}, Refused{"read=1x", "above 0"},
                    Refused{"read=", "above 0"}, Refused{"read=1,read=2", "twice"}));

TEST(LoadOperations, EachHasANameOfItsOwn) {
  for (const LoadOperation& one : load_operations()) {
    EXPECT_EQ(find_load_operation(one.name), &one);
    EXPECT_TRUE(one.writes || one.adds == AddedRows::None);
  }
  EXPECT_EQ(find_load_operation("reed"), nullptr);
}

}  // namespace
}  // namespace pragmark

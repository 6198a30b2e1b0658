#include "audit/page_map.h"

#include <gtest/gtest.h>

namespace pragmark::inspect {
namespace {

TEST(PageMap, TheLaterContentCounts) {
  PageMap map;
  EXPECT_TRUE(map.empty());
  EXPECT_FALSE(map.find(1).has_value());
  map.put(7, 100);
  map.put(3, 200);
  map.put(7, 300);
  EXPECT_EQ(map.find(7), 300U);
  EXPECT_EQ(map.find(3), 200U);
  EXPECT_FALSE(map.find(5).has_value());
  map.put(3, 50);
  EXPECT_EQ(map.find(3), 50U) << "put after a search, and not in order of offsets";
}

TEST(PageMap, StaysRightWhenItCompacts) {
  constexpr std::uint32_t kPages = 1000;
  constexpr std::uint64_t kPuts = 300'000;
  PageMap map;
  for (std::uint64_t i = 0; i < kPuts; ++i) map.put(static_cast<std::uint32_t>(i % kPages), i);
  for (std::uint32_t page = 0; page < kPages; ++page) {
    EXPECT_EQ(map.find(page), kPuts - kPages + page);
  }
  EXPECT_FALSE(map.find(kPages).has_value());
}

}  // namespace
}  // namespace pragmark::inspect

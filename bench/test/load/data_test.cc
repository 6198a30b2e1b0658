#include "pragmark/bench/load/data.h"

#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace pragmark {
namespace {

Dataset topics(std::int64_t rows) {
  return Dataset({.seed = 1, .rows = rows, .payload = Payload::parse("small")});
}

TEST(LoadData, HoldsOnlyWhatIsNeeded) {
  const Dataset rows = topics(5000);
  EXPECT_TRUE(LoadData(rows, {}).empty());
  EXPECT_EQ(LoadData(rows, {.documents = true}).documents(), 500);
  EXPECT_EQ(LoadData(rows, {.documents = true}).posts(), 0);
  EXPECT_EQ(LoadData(rows, {.posts = true}).posts(), 5000);
}

TEST(LoadData, NumbersOfRowsHaveLimits) {
  const Dataset few = topics(1);
  const Dataset many = topics(10'000'000);
  EXPECT_EQ(LoadData(few, {.documents = true}).documents(), 100);
  EXPECT_EQ(LoadData(few, {.posts = true}).posts(), 1);
  EXPECT_EQ(LoadData(many, {.documents = true}).documents(), 100'000);
  EXPECT_EQ(LoadData(many, {.posts = true}).posts(), 100'000);
}

TEST(LoadData, DocumentIsTheSameEveryTimeAndHasAnIdOfItsOwn) {
  const Dataset rows = topics(1000);
  const LoadData data(rows, {.documents = true});
  Document one;
  Document again{.title = "left over", .content = "left over"};
  data.make_document(7, one);
  data.make_document(7, again);
  EXPECT_EQ(one, again);
  std::set<std::string> ids;
  for (std::uint64_t number = 0; number < 1000; ++number) {
    ids.emplace(data.document_id(number).view());
    ids.emplace(data.post_id(number).view());
    ids.emplace(rows.id(number).view());
  }
  EXPECT_EQ(ids.size(), 3000U);
}

TEST(LoadData, SearchedWordsAreInTheDocument) {
  const Dataset rows = topics(1000);
  const LoadData data(rows, {.documents = true});
  SplitMix64 random(9);
  Document document;
  std::string words;
  for (std::uint64_t number = 0; number < 100; ++number) {
    data.make_document(number, document);
    data.search_words(number, random, words);
    const std::string text = ' ' + document.content + ' ';
    std::istringstream each(words);
    int count = 0;
    for (std::string word; each >> word; ++count) {
      EXPECT_NE(text.find(' ' + word + ' '), std::string::npos) << word;
    }
    EXPECT_EQ(count, 2);
  }
}

}  // namespace
}  // namespace pragmark

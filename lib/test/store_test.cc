// 340 lines: every member of the store, on every strategy.
#include "pragmark/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "matchers.h"
#include "temp_directory.h"

namespace pragmark {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Throws;

Timestamp at(int milliseconds) { return Timestamp(std::chrono::milliseconds(milliseconds)); }

Topic topic(const std::string& id, int created = 0) {
  return {.id = id,
          .title = "title of " + id,
          .description = "d",
          .status = "pending",
          .priority = 3,
          .language = "en",
          .domain = "science",
          .research_report = std::nullopt,
          .created_at = at(created),
          .updated_at = at(created + 1)};
}

Document document(const std::string& id, const std::string& content, int created = 0) {
  return {.id = id,
          .title = "title",
          .content = content,
          .source_url = "https://example.com",
          .language = "de",
          .status = "new",
          .content_hash = "hash of " + content,
          .created_at = at(created),
          .updated_at = at(created)};
}

BlogPost blog_post(const std::string& id, const std::string& topic_id, int created = 0) {
  return {.id = id,
          .research_topic_id = topic_id,
          .title = "post " + id,
          .content = "text",
          .language = "en",
          .status = "draft",
          .created_at = at(created),
          .updated_at = at(created)};
}

SocialPost social_post(const std::string& id, const std::string& blog_post_id, int created = 0) {
  return {.id = id,
          .blog_post_id = blog_post_id,
          .platform = "mastodon",
          .content = "short",
          .status = "queued",
          .created_at = at(created),
          .updated_at = at(created)};
}

template <Record T>
std::vector<std::string> ids(const std::vector<T>& rows) {
  std::vector<std::string> all;
  for (const T& row : rows) all.push_back(row.id);
  return all;
}

// Every test runs on every strategy, in a file and in memory: the store must not depend on which.
class EveryStore : public ::testing::TestWithParam<std::tuple<std::string_view, bool>> {
 protected:
  EveryStore()
      : store({.path = std::get<1>(GetParam()) ? ":memory:" : directory.file("a.db"),
               .strategy = std::string(std::get<0>(GetParam()))}) {}

  const TempDirectory directory;
  Store store;
};

INSTANTIATE_TEST_SUITE_P(Strategies, EveryStore,
                         ::testing::Combine(::testing::Values("open-per-op", "per-thread",
                                                              "single-writer", "group-commit"),
                                            ::testing::Bool()));

TEST_P(EveryStore, KeepsEveryFieldOfATopic) {
  Topic full = topic("t");
  full.research_report = std::string("with a \0 in it", 14);
  full.priority = -5;
  store.insert(full);
  store.insert(topic("without report"));
  EXPECT_EQ(store.get_topic("t"), full);
  EXPECT_EQ(store.get_topic("without report"), topic("without report"));
  EXPECT_EQ(store.get_topic("missing"), std::nullopt);
}

TEST_P(EveryStore, ReadsIntoAKeptRow) {
  store.insert(topic("a"));
  Topic kept = topic("old");
  kept.research_report = "old report";
  EXPECT_FALSE(store.get_topic("missing", kept));
  EXPECT_EQ(kept.id, "old");
  EXPECT_TRUE(store.get_topic("a", kept));
  EXPECT_EQ(kept, topic("a"));
}

TEST_P(EveryStore, InsertsUpdatesUpsertsAndRemovesInAllFourTables) {
  store.insert(document("d", "x"));
  store.insert(topic("t"));
  store.insert(blog_post("b", "t"));
  store.insert(social_post("s", "b"));
  EXPECT_THAT([&] { store.insert(topic("t")); },
              Throws<Error>(CodeIs(SQLITE_CONSTRAINT_PRIMARYKEY)));

  Topic changed = topic("t");
  changed.title = "changed";
  EXPECT_TRUE(store.update(changed));
  EXPECT_EQ(store.get_topic("t"), changed);
  EXPECT_FALSE(store.update(topic("missing")));

  Document replaced = document("d", "y");
  store.upsert(replaced);
  store.upsert(document("e", "z"));
  EXPECT_EQ(store.get_document("d"), replaced);
  EXPECT_EQ(store.count<Document>(), 2);

  EXPECT_TRUE(store.remove<SocialPost>("s"));
  EXPECT_FALSE(store.remove<SocialPost>("s"));
  EXPECT_TRUE(store.remove<BlogPost>("b"));
  EXPECT_TRUE(store.remove<Topic>("t"));
  EXPECT_TRUE(store.remove<Document>("d"));
  EXPECT_EQ(store.count<Document>(), 1);
  EXPECT_THAT(store.check(), IsEmpty());
}

TEST_P(EveryStore, ForeignKeysHoldAndCascade) {
  EXPECT_THAT([&] { store.insert(blog_post("b", "no topic")); },
              Throws<Error>(AllOf(CodeIs(SQLITE_CONSTRAINT_FOREIGNKEY))));
  store.insert(topic("t"));
  store.insert(blog_post("b", "t"));
  store.insert(social_post("s1", "b"));
  store.insert(social_post("s2", "b"));
  EXPECT_THAT([&] { store.remove<Topic>("t"); },
              Throws<Error>(CodeIs(SQLITE_CONSTRAINT_FOREIGNKEY)));
  EXPECT_TRUE(store.remove<BlogPost>("b"));
  EXPECT_EQ(store.count<SocialPost>(), 0);
}

TEST_P(EveryStore, ListsTakeAnOrderAndALimit) {
  for (int i = 0; i < 5; ++i) {
    store.insert(document("d" + std::to_string(i), "x", i < 3 ? i : 2));
    store.insert(topic("t" + std::to_string(i), i));
  }
  Topic other = topic("other");
  other.status = "done";
  other.priority = 9;
  store.insert(other);
  const ListOptions oldest_two = {.limit = 2, .order = Order::OldestFirst};
  EXPECT_THAT(ids(store.documents_by_status("new")), ElementsAre("d4", "d3", "d2", "d1", "d0"));
  EXPECT_THAT(ids(store.documents_by_status("new", oldest_two)), ElementsAre("d0", "d1"));
  EXPECT_THAT(ids(store.documents_by_language("de", {.limit = 1})), ElementsAre("d4"));
  EXPECT_THAT(ids(store.documents_by_language("fr")), IsEmpty());
  EXPECT_THAT(ids(store.topics_by_status("pending", oldest_two)), ElementsAre("t0", "t1"));
  EXPECT_THAT(ids(store.topics_by_priority(3, {.limit = 2})), ElementsAre("t4", "t3"));
  EXPECT_THAT(ids(store.topics_by_priority(9)), ElementsAre("other"));
  EXPECT_EQ(store.topics_by_status("done").at(0), other) << "every field, in its place";
  EXPECT_THAT([&] { (void)store.topics_by_status("done", {.limit = 0}); },
              Throws<Error>(KindIs(ErrorKind::Usage)));
}

TEST_P(EveryStore, FindsTheOldestDuplicate) {
  store.insert(document("newer", "same", 2));
  store.insert(document("older", "same", 1));
  ASSERT_TRUE(store.find_duplicate_by_hash("hash of same"));
  EXPECT_EQ(*store.find_duplicate_by_hash("hash of same"), document("older", "same", 1));
  EXPECT_EQ(store.find_duplicate_by_hash("hash of another"), std::nullopt);
}

TEST_P(EveryStore, SearchFollowsInsertsUpdatesAndDeletes) {
  store.insert(document("a", "the quick brown fox"));
  store.insert(document("b", "the lazy dog"));
  EXPECT_THAT(ids(store.search_documents("fox")), ElementsAre("a"));
  EXPECT_EQ(store.search_documents("fox").at(0), document("a", "the quick brown fox"));
  EXPECT_THAT(ids(store.search_documents("the dog")), ElementsAre("b")) << "every word";
  store.upsert(document("a", "the slow fox and the lazy badger"));
  EXPECT_THAT(ids(store.search_documents("quick")), IsEmpty());
  EXPECT_THAT(ids(store.search_documents("badger")), ElementsAre("a"));
  EXPECT_EQ(store.search_documents("the", 1).size(), 1U);
  store.remove<Document>("a");
  EXPECT_THAT(ids(store.search_documents("badger")), IsEmpty());
  EXPECT_THAT(store.check(), IsEmpty());
}

TEST_P(EveryStore, SearchTakesAnyTextAsPlainWords) {
  store.insert(document("a", "say \"hello\" AND goodbye-for-now"));
  for (const char* text : {"\"", "hello AND", "AND", "(", "title:", "goodbye-for-now", "*", "^",
                           "a*", "NEAR(", "'", "\"hello\"", "-"}) {
    EXPECT_NO_THROW((void)store.search_documents(text)) << text;
  }
  EXPECT_THAT(ids(store.search_documents("hello AND")), ElementsAre("a"));
  EXPECT_THAT(ids(store.search_documents("hello OR nothing")), IsEmpty());
  EXPECT_THAT(ids(store.search_documents(" \t ")), IsEmpty());
  EXPECT_THAT(ids(store.search_documents(std::string_view("hello\0goodbye", 13))),
              ElementsAre("a"));
}

TEST_P(EveryStore, JoinsPostsOfATopic) {
  store.insert(topic("t"));
  store.insert(topic("u"));
  store.insert(blog_post("old", "t", 1));
  store.insert(blog_post("new", "t", 2));
  store.insert(blog_post("other", "u", 3));
  store.insert(social_post("s1", "new", 5));
  store.insert(social_post("s2", "new", 4));
  const std::vector<TopicPost> posts = store.posts_of_topic("t");
  ASSERT_EQ(posts.size(), 2U);
  EXPECT_EQ(posts[0].post, blog_post("new", "t", 2));
  EXPECT_EQ(posts[0].topic_title, "title of t");
  EXPECT_EQ(posts[0].social_posts, 2);
  EXPECT_EQ(posts[1].social_posts, 0);
  EXPECT_EQ(store.posts_of_topic("t", {.limit = 1, .order = Order::OldestFirst}).at(0).post.id,
            "old");
}

TEST_P(EveryStore, TellsTheHistoryOfATopic) {
  store.insert(topic("t", 1));
  store.insert(blog_post("b", "t", 2));
  store.insert(social_post("s", "b", 3));
  store.insert(topic("u", 9));
  const auto history = store.content_history("t", {.order = Order::OldestFirst});
  ASSERT_EQ(history.size(), 3U);
  EXPECT_EQ(history[0].kind, HistoryEntry::Kind::Topic);
  EXPECT_EQ(history[0].label, "title of t");
  EXPECT_EQ(history[1].kind, HistoryEntry::Kind::BlogPost);
  EXPECT_EQ(history[1].status, "draft");
  EXPECT_EQ(history[2].kind, HistoryEntry::Kind::SocialPost);
  EXPECT_EQ(history[2].label, "mastodon");
  EXPECT_EQ(history[2].created_at, at(3));
  EXPECT_EQ(store.content_history("t", {.limit = 1}).at(0).id, "s");
}

TEST_P(EveryStore, ResearchIsCachedOnceItIsThereAndUntilItIsTooOld) {
  Topic researched = topic("t");
  store.insert(researched);
  EXPECT_EQ(store.cached_research("t"), std::nullopt);
  researched.research_report = "";
  store.upsert(researched);
  EXPECT_EQ(store.cached_research("t"), std::nullopt) << "an empty report is no report";
  researched.research_report = "2,000 words";
  researched.updated_at = at(1000);
  store.upsert(researched);
  EXPECT_EQ(store.cached_research("t"), "2,000 words");
  EXPECT_EQ(store.cached_research("t", at(1000)), "2,000 words");
  EXPECT_EQ(store.cached_research("t", at(1001)), std::nullopt);
  EXPECT_EQ(store.cached_research("missing"), std::nullopt);
}

TEST_P(EveryStore, ABatchIsAllOrNothing) {
  store.batch([](Writer& writer) {
    for (int i = 0; i < 10; ++i) writer.insert(topic(std::to_string(i)));
    EXPECT_TRUE(writer.update(topic("3")));
    EXPECT_TRUE(writer.remove<Topic>("4"));
    writer.upsert(blog_post("b", "5"));
  });
  EXPECT_EQ(store.count<Topic>(), 9);
  const auto fails = [&] {
    store.batch([](Writer& writer) {
      writer.insert(topic("new"));
      writer.insert(topic("3"));
    });
  };
  EXPECT_THAT(fails, Throws<Error>(CodeIs(SQLITE_CONSTRAINT_PRIMARYKEY)));
  EXPECT_THAT(
      [&] {
        store.batch([](Writer& writer) {
          writer.insert(topic("new"));
          throw std::runtime_error("a caller's own");
        });
      },
      Throws<std::runtime_error>());
  EXPECT_EQ(store.count<Topic>(), 9);
  store.insert(topic("after"));  // the connection is out of the transaction
  EXPECT_EQ(store.count<Topic>(), 10);
}

TEST(Store, CountsContentionByItsReason) {
  const TempDirectory directory;
  Store store(
      {.path = directory.file("a.db"), .set = PragmaSet::parse("production+busy_timeout=0")});
  Connection other = Connection::open({.path = directory.file("a.db")});
  const Transaction holds(other);
  EXPECT_THAT([&] { store.insert(topic("t")); }, Throws<Error>(CodeIs(SQLITE_BUSY)));
  EXPECT_EQ(store.contention().busy, 1U);
  EXPECT_EQ(store.contention().total(), 1U);
}

TEST(Store, WalHealthShowsAReaderThatHoldsTheWal) {
  const TempDirectory directory;
  Store store({.path = directory.file("a.db")});
  store.insert(topic("a"));
  EXPECT_EQ(store.wal_health().checkpoint.frames_in_wal > 0, true);
  EXPECT_FALSE(store.checkpoint(CheckpointMode::Truncate).busy);
  EXPECT_EQ(store.wal_health().file_bytes, 0);
  Connection reader = Connection::open({.path = directory.file("a.db")});
  reader.execute("BEGIN; SELECT * FROM topics;");
  store.insert(topic("b"));
  const CheckpointResult behind = store.checkpoint(CheckpointMode::Passive);
  EXPECT_LT(behind.frames_checkpointed, behind.frames_in_wal);
  EXPECT_GT(store.wal_health().file_bytes, 0);
}

// A hot journal needs a read-write connection; the store's own readers may not roll it back.
TEST(Store, OpensADatabaseWhoseWriterDied) {
  const TempDirectory directory;
  {
    Store store({.path = directory.file("a.db"), .set = PragmaSet::parse("default")});
    store.insert(topic("before"));
  }
  const PragmaSet small_cache = PragmaSet::parse("default+cache_size=1");
  Connection writer = Connection::open({.path = directory.file("a.db"), .set = &small_cache});
  writer.execute(
      "BEGIN; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
      "INSERT INTO topics SELECT i, 'lost', '', '', 0, '', '', NULL, 0, 0 FROM n;");
  for (const char* suffix : {"", "-journal"}) {
    std::filesystem::copy(directory.file("a.db") + suffix, directory.file("b.db") + suffix);
  }
  Store store({.path = directory.file("b.db"), .set = PragmaSet::parse("default")});
  EXPECT_EQ(store.count<Topic>(), 1);
  EXPECT_THAT(store.check(), IsEmpty());
}

TEST(Store, RefusesAnUnknownStrategyAndAnEmptyPath) {
  EXPECT_THAT([] { const Store store({.path = "x.db", .strategy = "per-thred"}); },
              Throws<Error>(AllOf(KindIs(ErrorKind::Usage), MessageHas("open-per-op"))));
  EXPECT_THAT([] { const Store store({.path = ""}); }, Throws<Error>(KindIs(ErrorKind::Usage)));
  EXPECT_FALSE(std::filesystem::exists("x.db"));
}

}  // namespace
}  // namespace pragmark

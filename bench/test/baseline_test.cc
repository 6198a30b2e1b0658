// raw and the peers: held against the store, they must do what it does.
#include "../src/subjects/baseline.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "harness_fixture.h"
#include "pragmark/bench/python_original.h"
#include "pragmark/counting_vfs.h"
#include "pragmark/statements.h"
#include "pragmark/store.h"

namespace pragmark {
namespace {

std::vector<std::string> baselines() {
  std::vector<std::string> names;
  for (const SubjectInfo& subject : subjects()) {
    if (subject.name == kPythonOriginal) continue;  // makes its requests elsewhere
    if (subject.kind == SubjectKind::Baseline) names.push_back(subject.name);
  }
  return names;
}

Topic topic(const std::string& id, std::optional<std::string> report = std::nullopt) {
  return {.id = id,
          .title = "a title",
          .description = "it's \"quoted\", with a zero \0 inside",
          .status = "",
          .priority = -3,
          .language = "de",
          .domain = "d\xc3\xb6main",
          .research_report = std::move(report),
          .created_at = Timestamp(std::chrono::milliseconds(1'700'000'000'123)),
          .updated_at = Timestamp(std::chrono::milliseconds(1'700'000'000'456))};
}

// Differs in every member.
Topic another_topic() {
  return {.id = "another",
          .title = "other",
          .description = "other",
          .status = "other",
          .priority = 9,
          .language = "other",
          .domain = "other",
          .research_report = "other",
          .created_at = Timestamp(std::chrono::milliseconds(9)),
          .updated_at = Timestamp(std::chrono::milliseconds(9))};
}

class BaselineTest : public testing::TestWithParam<std::string> {
 protected:
  BaselineTest() { Store create({.path = options().path}); }

  SubjectOptions options(const std::string& set = "production") const {
    return {.path = directory_.file("a store.db"), .set = PragmaSet::parse(set)};
  }
  static std::unique_ptr<Subject> made(const SubjectOptions& options) {
    return make_subject(GetParam(), options);
  }

 private:
  ScratchDirectory directory_{std::filesystem::temp_directory_path()};
};

TEST_P(BaselineTest, WritesAndReadsWhatTheStoreDoes) {
  const auto subject = made(options());
  subject->warm_up();
  const Topic plain = topic("plain");
  const Topic with_report = topic("with", std::string(5000, 'r'));
  const Topic with_empty_report = topic("empty", "");
  for (const Topic& one : {plain, with_report, with_empty_report}) subject->write(one);
  Store store({.path = options().path});
  for (const Topic& one : {with_report, plain, with_empty_report, with_report}) {
    Topic read = another_topic();
    EXPECT_TRUE(subject->read(one.id, read));
    EXPECT_EQ(read, one);
    EXPECT_EQ(store.get_topic(one.id), one);
  }
  store.insert(topic("by the store"));
  Topic read;
  EXPECT_TRUE(subject->read("by the store", read));
  EXPECT_EQ(read, topic("by the store"));
  EXPECT_EQ(subject->count_topics(), 4);
  EXPECT_TRUE(subject->check().empty());
}

TEST_P(BaselineTest, LeavesTheCallersRowWhenThereIsNone) {
  const auto subject = made(options());
  Topic untouched = topic("kept", "kept");
  EXPECT_FALSE(subject->read("no such", untouched));
  EXPECT_EQ(untouched, topic("kept", "kept"));
}

TEST_P(BaselineTest, HoldsNoReadLockBetweenRequests) {
  const auto subject = made(options());
  subject->write(topic("t1"));
  Topic read;
  ASSERT_FALSE(subject->read("t2", read));
  ASSERT_TRUE(subject->read("t1", read));
  subject->write(topic("t3"));
  Store store({.path = options().path, .set = PragmaSet::parse("production+busy_timeout=0")});
  EXPECT_FALSE(store.checkpoint(CheckpointMode::Truncate).busy);
}

TEST_P(BaselineTest, SaysThatTheDatabaseIsLockedAndWritesWhenItIsNot) {
  const auto subject = made(options("production+busy_timeout=0"));
  subject->warm_up();
  Connection other = Connection::open({.path = options().path});
  {
    Transaction holds_the_lock(other);
    EXPECT_THAT([&] { subject->write(topic("t1")); },
                testing::Throws<Error>(testing::Property(&Error::contention, Contention::Busy)));
  }
  subject->write(topic("t1"));
  EXPECT_THAT([&] { subject->write(topic("t1")); },
              testing::Throws<Error>(testing::Property(&Error::code, SQLITE_CONSTRAINT)));
  subject->write(topic("t2"));  // the failed one was rolled back
  EXPECT_EQ(subject->count_topics(), 2);
}

// SQLite caps mmap_size, so that less is read back than was asked.
TEST_P(BaselineTest, RefusesASetThatIsNotInEffect) {
  const auto subject = made(options("production+mmap_size=1099511627776"));
  EXPECT_THAT([&] { subject->warm_up(); },
              testing::Throws<Error>(testing::Property(&Error::kind, ErrorKind::Setting)));
}

// By default SQLite would sync each commit.
TEST_P(BaselineTest, IsCountedByTheLayerThatItIsGivenAndHasItsSetInEffect) {
  const CountingVfs layer;
  for (const auto& [set, syncs] : {std::pair("production", 0U), std::pair("durable", 10U)}) {
    SubjectOptions counted = options(set);
    counted.vfs = layer.name();
    const auto subject = made(counted);
    subject->warm_up();
    subject->write(topic(std::string("first of ") + set));
    const IoCounts before = layer.counts();
    for (int i = 0; i < 10; ++i) subject->write(topic(set + std::to_string(i)));
    EXPECT_EQ((layer.counts() - before).syncs(), syncs) << set;
  }
}

TEST_P(BaselineTest, ServesThreadsAndTwoDatabasesAtOnce) {
  const auto subject = made(options());
  SubjectOptions other_options = options();
  other_options.path += ".other";
  Store({.path = other_options.path});
  const auto other = made(other_options);
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&, number] {
      Topic read;
      for (int i = 0; i < 5; ++i) {
        const std::string id = std::to_string(number) + "/" + std::to_string(i);
        subject->write(topic(id));
        EXPECT_FALSE(other->read(id, read));
        EXPECT_TRUE(subject->read(id, read));
        other->write(topic(id));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(subject->count_topics(), 20);
  EXPECT_EQ(other->count_topics(), 20);
}

// Whatever is done on a connection before its timeout is set fails while somebody holds the lock.
TEST_P(BaselineTest, OpensUnderALockThatIsLeftInTime) {
  SubjectOptions waiting = options("default+busy_timeout=60000");
  waiting.path += ".locked";
  Store({.path = waiting.path, .set = waiting.set});
  const auto subject = made(waiting);
  Connection other = Connection::open({.path = waiting.path, .set = &waiting.set});
  other.execute("BEGIN EXCLUSIVE");
  std::atomic<bool> opening{false};
  std::thread opens([&] {
    opening = true;
    opening.notify_one();
    EXPECT_NO_THROW(subject->warm_up());
  });
  opening.wait(false);
  std::this_thread::sleep_for(std::chrono::milliseconds{20});  // more makes it no stricter
  other.execute("COMMIT");
  opens.join();
}

INSTANTIATE_TEST_SUITE_P(All, BaselineTest, testing::ValuesIn(baselines()),
                         [](const auto& one) { return one.param; });

TEST(Baselines, AreThereWithoutAnyPackage) { EXPECT_THAT(baselines(), testing::Contains("raw")); }

TEST(Baselines, OfAnotherSqliteAreRefused) {
  require_same_sqlite("Peer", sqlite3_sourceid());
  EXPECT_THAT([] { require_same_sqlite("Peer", "2001-01-01 of another"); },
              testing::Throws<Error>(testing::AllOf(
                  testing::Property(&Error::kind, ErrorKind::Environment),
                  testing::Property(&Error::what, testing::HasSubstr(
                                                      "another SQLite (2001-01-01 of another)")))));
}

TEST(TopicStatements, AreThoseOfTheRecord) {
  EXPECT_EQ(topic_statements().get,
            "SELECT id, title, description, status, priority, language, domain, research_report, "
            "created_at, updated_at FROM topics WHERE id = ?1");
  EXPECT_EQ(topic_statements().insert,
            "INSERT INTO topics (id, title, description, status, priority, language, domain, "
            "research_report, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
            "?10)");
}

}  // namespace
}  // namespace pragmark

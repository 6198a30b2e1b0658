// Several reads in one transaction; run under ThreadSanitizer too.
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matchers.h"
#include "pragmark/store.h"
#include "sql.h"
#include "temp_directory.h"
#include "threads.h"

namespace pragmark {
namespace {

using ::testing::Throws;

class Snapshot : public ::testing::TestWithParam<const char*> {
 protected:
  const TempDirectory directory;
  Store store{{.path = directory.file("a.db"), .strategy = GetParam()}};
};

INSTANTIATE_TEST_SUITE_P(Strategies, Snapshot, all_strategies());

TEST_P(Snapshot, SeesOneStateWhileOthersWrite) {
  store.insert(Topic{.id = "t", .title = "old"});
  store.snapshot([&](Reader& reader) {
    EXPECT_EQ(reader.count<Topic>(), 1);
    std::jthread([&] {
      store.insert(Topic{.id = "u"});
      EXPECT_TRUE(store.update(Topic{.id = "t", .title = "new"}));
      EXPECT_EQ(store.count<Topic>(), 2) << "others see it";
    }).join();
    EXPECT_EQ(reader.count<Topic>(), 1);
    EXPECT_EQ(reader.get_topic("t").value().title, "old");
    EXPECT_FALSE(reader.get_topic("u"));
  });
  EXPECT_EQ(store.count<Topic>(), 2);
  EXPECT_EQ(store.get_topic("t").value().title, "new");
}

TEST_P(Snapshot, AnErrorEndsItAndLeavesNoTransactionOpen) {
  store.insert(Topic{.id = "t"});
  EXPECT_THAT(
      [&] {
        store.snapshot([](Reader& reader) {
          EXPECT_EQ(reader.count<Topic>(), 1);
          static_cast<void>(reader.topics_by_status("x", {.limit = 0}));
        });
      },
      Throws<Error>(KindIs(ErrorKind::Usage)));
  EXPECT_THAT(
      [&] {
        store.snapshot([](Reader& reader) {
          EXPECT_TRUE(reader.get_topic("t"));
          throw std::runtime_error("a caller's own");
        });
      },
      Throws<std::runtime_error>());
  store.insert(Topic{.id = "u"});
  EXPECT_EQ(store.count<Topic>(), 2) << "the state of then would have one";
  store.insert(Topic{.id = "v"});
  EXPECT_FALSE(store.checkpoint(CheckpointMode::Truncate).busy) << "a reader would hold it back";
}

TEST_P(Snapshot, WorksInEveryThread) {
  store.batch([](Writer& writer) {
    writer.insert(Topic{.id = "a", .priority = 0});
    writer.insert(Topic{.id = "b", .priority = 0});
  });
  in_threads(kThreads, [&](int thread) {
    for (int i = 1; i <= kOperations / 4; ++i) {
      if (thread % 2 == 0) {
        store.batch([&](Writer& writer) {
          const int value = thread * 1000 + i;
          EXPECT_TRUE(writer.update(Topic{.id = "a", .priority = value}));
          EXPECT_TRUE(writer.update(Topic{.id = "b", .priority = value}));
        });
      } else {
        store.snapshot([](Reader& reader) {
          const std::int64_t of_a = reader.get_topic("a").value().priority;
          EXPECT_EQ(reader.get_topic("b").value().priority, of_a) << "half a transaction";
        });
      }
    }
  });
}

TEST(InMemorySnapshot, ReadsAndEnds) {
  Store store({.path = ":memory:"});
  store.insert(Topic{.id = "t"});
  EXPECT_THAT(
      [&] {
        store.snapshot([](Reader& reader) {
          EXPECT_EQ(reader.count<Topic>(), 1);
          throw std::runtime_error("a caller's own");
        });
      },
      Throws<std::runtime_error>());
  store.insert(Topic{.id = "u"});
  store.snapshot([](Reader& reader) { EXPECT_EQ(reader.count<Topic>(), 2); });
}

TEST(ReadTransaction, EndsWithItsScope) {
  const TempDirectory directory;
  const std::string path = directory.file("a.db");
  const PragmaSet set = PragmaSet::parse("production");
  Connection writer =
      Connection::open({.path = path, .kind = ConnectionKind::SchemaCreation, .set = &set});
  writer.execute("CREATE TABLE t (x)");
  Connection reader = Connection::open({.path = path, .kind = ConnectionKind::ReadOnly});
  {
    const ReadTransaction transaction(reader);
    EXPECT_EQ(number(reader, "SELECT count(*) FROM t"), 0);
    writer.execute("INSERT INTO t VALUES (1)");
    EXPECT_EQ(number(reader, "SELECT count(*) FROM t"), 0);
    EXPECT_THAT([&] { const ReadTransaction nested(reader); }, Throws<Error>(CodeIs(1)));
    EXPECT_TRUE(reader.in_transaction()) << "the outer one goes on";
    EXPECT_EQ(number(reader, "SELECT count(*) FROM t"), 0);
  }
  EXPECT_FALSE(reader.in_transaction());
  EXPECT_EQ(number(reader, "SELECT count(*) FROM t"), 1);
}

}  // namespace
}  // namespace pragmark

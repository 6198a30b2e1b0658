#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "matchers.h"
#include "pragmark/counting_vfs.h"
#include "pragmark/store.h"
#include "temp_directory.h"

namespace pragmark {
namespace {

using ::testing::AllOf;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Throws;
using ::testing::UnorderedElementsAre;

void fill(Store& store, int rows) {
  store.batch([&](Writer& writer) {
    for (int i = 0; i < rows; ++i) {
      writer.insert(Topic{.id = std::to_string(i), .title = std::string(500, 'x')});
    }
  });
}

std::int64_t topics_in(const std::string& path) {
  Store store({.path = path, .set = PragmaSet::parse("default")});
  return store.count<Topic>();
}

class BackupOf : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Sets, BackupOf, ::testing::Values("default", "production"));

TEST_P(BackupOf, ALiveDatabaseIsOneFileThatStandsForItself) {
  const TempDirectory directory;
  const TempDirectory elsewhere;
  Store store({.path = directory.file("a.db"), .set = PragmaSet::parse(GetParam())});
  fill(store, 300);
  std::vector<BackupProgress> steps;
  store.backup(elsewhere.file("copy.db"), {.pages_per_step = 10, .progress = [&](const auto& step) {
                                             steps.push_back(step);
                                           }});
  EXPECT_THAT(elsewhere.names(), UnorderedElementsAre("copy.db"));
  EXPECT_EQ(topics_in(elsewhere.file("copy.db")), 300);
  ASSERT_GT(steps.size(), 3U);
  EXPECT_EQ(steps.back().pages_copied, steps.back().pages_total);
  EXPECT_LT(steps.front().pages_copied, steps.front().pages_total);
  EXPECT_EQ(store.count<Topic>(), 300);
  EXPECT_EQ(std::filesystem::status(elsewhere.file("copy.db")).permissions(),
            std::filesystem::status(directory.file("a.db")).permissions());
}

TEST(Backup, OfAnInMemoryDatabase) {
  const TempDirectory directory;
  Store store({.path = ":memory:"});
  fill(store, 10);
  store.backup(directory.file("copy.db"));
  EXPECT_EQ(topics_in(directory.file("copy.db")), 10);
}

// A write by another connection makes SQLite start the copy again, so that under load it would
// never end; and the copy must be of one moment.
TEST(Backup, EndsUnderWritesAndIsOfOneMoment) {
  const TempDirectory directory;
  Store store({.path = directory.file("a.db")});
  fill(store, 100);
  int steps = 0;
  store.backup(directory.file("copy.db"),
               {.pages_per_step = 1, .progress = [&](const auto&) {
                  store.insert(Topic{.id = "n" + std::to_string(++steps)});
                  ASSERT_LT(steps, 1000) << "it starts again for ever";
                }});
  EXPECT_GT(steps, 10);
  EXPECT_EQ(topics_in(directory.file("copy.db")), 100);
  EXPECT_EQ(store.count<Topic>(), 100 + steps);
}

TEST(Backup, ReplacesAnOlderOneAndOnlyWhenComplete) {
  const TempDirectory directory;
  Store store({.path = directory.file("a.db")});
  fill(store, 3);
  store.backup(directory.file("copy.db"));
  store.insert(Topic{.id = "later"});
  EXPECT_THAT(
      [&] {
        store.backup(directory.file("copy.db"),
                     {.pages_per_step = 1, .progress = [](const auto&) {
                        throw std::runtime_error("the user pressed Ctrl-C");
                      }});
      },
      Throws<std::runtime_error>());
  EXPECT_EQ(topics_in(directory.file("copy.db")), 3);
  EXPECT_THAT(directory.names(), Not(::testing::Contains(::testing::HasSubstr("partial"))));
  store.insert(Topic{.id = "the reader is gone"});
  store.backup(directory.file("copy.db"));
  EXPECT_EQ(topics_in(directory.file("copy.db")), 5);
}

TEST(Backup, RefusesTheDatabaseItselfAndOneInUse) {
  const TempDirectory directory;
  Store store({.path = directory.file("a.db")});
  fill(store, 3);
  EXPECT_THAT([&] { store.backup(directory.file("a.db")); },
              Throws<Error>(AllOf(KindIs(ErrorKind::Usage), MessageHas("the database itself"))));
  Store other({.path = directory.file("b.db")});
  fill(other, 2);
  EXPECT_THAT([&] { store.backup(directory.file("b.db")); },
              Throws<Error>(AllOf(KindIs(ErrorKind::Usage), MessageHas("in use"))));
  EXPECT_EQ(other.count<Topic>(), 2);
  EXPECT_THAT([&] { store.backup(directory.file("no/such/place.db")); },
              Throws<Error>(KindIs(ErrorKind::Environment)));
}

TEST(Backup, RefusesToPassOnADamage) {
  const TempDirectory directory;
  const std::string path = directory.file("a.db");
  {
    Store store({.path = path});
    fill(store, 300);
  }
  std::string bytes = read_bytes(path);
  // A leaf of the topics table: its cell pointers then point nowhere.
  const std::size_t page = bytes.find("xxxxxxxx") / 4096;
  ASSERT_LT(page * 4096 + 100, bytes.size());
  bytes.replace(page * 4096 + 8, 40, std::string(40, '\xff'));
  write_text(path, bytes);
  Store store({.path = path});
  EXPECT_THAT([&] { store.backup(directory.file("copy.db")); },
              Throws<Error>(AllOf(CodeIs(SQLITE_CORRUPT), MessageHas("damaged"))));
  EXPECT_FALSE(std::filesystem::exists(directory.file("copy.db")));
}

TEST(Restore, ReplacesAllRowsWhileOthersAreConnected) {
  const TempDirectory directory;
  Store store({.path = directory.file("a.db")});
  fill(store, 50);
  store.backup(directory.file("copy.db"));
  const std::string copy = read_bytes(directory.file("copy.db"));
  for (int i = 0; i < 25; ++i) EXPECT_TRUE(store.remove<Topic>(std::to_string(i)));
  restore(directory.file("copy.db"), directory.file("a.db"));
  EXPECT_EQ(store.count<Topic>(), 50);
  store.insert(Topic{.id = "after"});
  EXPECT_THAT(store.check(), IsEmpty());
  EXPECT_EQ(read_bytes(directory.file("copy.db")), copy) << "the backup is only read";
}

TEST(Restore, CreatesTheDatabaseWhenThereIsNone) {
  const TempDirectory directory;
  {
    Store store({.path = directory.file("a.db")});
    fill(store, 5);
    store.backup(directory.file("copy.db"));
  }
  restore(directory.file("copy.db"), directory.file("new.db"));
  EXPECT_EQ(topics_in(directory.file("new.db")), 5);
}

TEST(Restore, RefusesWhatIsNoBackupAndWhatItMustNotOverwrite) {
  const TempDirectory directory;
  Store store({.path = directory.file("a.db")});
  fill(store, 5);
  store.backup(directory.file("copy.db"));
  write_text(directory.file("text.db"), std::string(5000, 'x'));
  write_text(directory.file("empty.db"), "");
  Connection::open({.path = directory.file("foreign.db"), .kind = ConnectionKind::SchemaCreation})
      .execute("CREATE TABLE customers (x)");
  const auto restoring = [&](const char* from, const char* to) {
    return [&directory, from, to] { restore(directory.file(from), directory.file(to)); };
  };
  EXPECT_THAT(restoring("missing.db", "a.db"), Throws<Error>(KindIs(ErrorKind::Environment)));
  EXPECT_THAT(restoring("text.db", "a.db"), Throws<Error>(CodeIs(SQLITE_NOTADB)));
  EXPECT_THAT(restoring("empty.db", "a.db"), Throws<Error>(KindIs(ErrorKind::Usage)));
  EXPECT_THAT(restoring("foreign.db", "a.db"), Throws<Error>(KindIs(ErrorKind::Schema)));
  EXPECT_THAT(restoring("copy.db", "foreign.db"), Throws<Error>(KindIs(ErrorKind::Schema)));
  EXPECT_EQ(store.count<Topic>(), 5);
}

}  // namespace
}  // namespace pragmark

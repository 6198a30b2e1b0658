#include "pragmark/pragma_set.h"

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matchers.h"
#include "temp_directory.h"

namespace pragmark {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Throws;

std::vector<std::string> statements(const PragmaSet& set) {
  std::vector<std::string> all;
  for (const Setting& setting : set.settings()) all.push_back(setting.to_sql());
  return all;
}

TEST(PragmaSet, ProductionIsTheSix) {
  EXPECT_THAT(statements(PragmaSet::parse("production")),
              ElementsAre("PRAGMA journal_mode = WAL;", "PRAGMA busy_timeout = 5000;",
                          "PRAGMA synchronous = NORMAL;", "PRAGMA cache_size = -20000;",
                          "PRAGMA foreign_keys = ON;", "PRAGMA temp_store = MEMORY;"));
}

TEST(PragmaSet, DefaultSpellsOutSqlitesDefaults) {
  const PragmaSet set = PragmaSet::parse("default");
  EXPECT_GE(set.settings().size(), 10U);
  for (const Setting& setting : set.settings()) {
    EXPECT_EQ(setting.value, setting.spec->default_value) << setting.spec->name;
  }
}

TEST(PragmaSet, EveryBuiltInSetHasASourceAndIsItsOwnName) {
  const std::vector<PragmaSet> all = PragmaSet::all();
  EXPECT_GE(all.size(), 3U);
  for (const PragmaSet& set : all) {
    EXPECT_EQ(PragmaSet::parse(set.name()).to_sql(), set.to_sql());
    EXPECT_FALSE(set.source().empty()) << set.name();
    EXPECT_FALSE(set.description().empty()) << set.name();
  }
}

// Framework sets are taken apart by their version, so that theirs stays what it was.
TEST(PragmaSet, FrameworkSetsAreWhatTheirSourcesSay) {
  EXPECT_THAT(statements(PragmaSet::parse("rails-8")),
              ElementsAre("PRAGMA busy_timeout = 5000;", "PRAGMA foreign_keys = ON;",
                          "PRAGMA journal_mode = WAL;", "PRAGMA synchronous = NORMAL;",
                          "PRAGMA mmap_size = 134217728;", "PRAGMA journal_size_limit = 67108864;",
                          "PRAGMA cache_size = 2000;"));
  EXPECT_THAT(statements(PragmaSet::parse("litestream")),
              ElementsAre("PRAGMA busy_timeout = 1000;", "PRAGMA wal_autocheckpoint = 0;",
                          "PRAGMA journal_mode = WAL;"));
  EXPECT_EQ(PragmaSet::parse("kerkour").value("cache_size"), "1000000000");
  EXPECT_EQ(PragmaSet::parse("go-sqlite3").durability(), DurabilityClass::Unsafe);
  EXPECT_EQ(PragmaSet::parse("phiresky").find("page_size"), nullptr);
  EXPECT_GE(PragmaSet::all().size(), 25U);
}

TEST(PragmaSet, KnowsWhichSettingsTheDriverIsBuiltWith) {
  const PragmaSet set = PragmaSet::parse("better-sqlite3");
  EXPECT_EQ(set.by_driver_option("synchronous"), "DEFAULT_WAL_SYNCHRONOUS=1");
  EXPECT_EQ(set.by_driver_option("journal_mode"), "");
  EXPECT_EQ(set.durability(), DurabilityClass::ProcessSafe);
  const PragmaSet plain = set.without_driver_options();
  EXPECT_EQ(plain.durability(), DurabilityClass::PowerSafe);
  EXPECT_EQ(plain.find("foreign_keys"), nullptr);
  EXPECT_EQ(plain.value("journal_mode"), "WAL");
  // What is asked for by name does not come from the driver.
  EXPECT_EQ(set.with("synchronous", "NORMAL").by_driver_option("synchronous"), "");
  // The driver of this one has the option too, but the set says synchronous itself.
  EXPECT_EQ(PragmaSet::parse("rails-8").by_driver_option("synchronous"), "");
  EXPECT_EQ(PragmaSet::parse("rails-8").driver_options().size(), 1U);
}

TEST(PragmaSet, ReadsNotesAndDriverOptionsOfAFile) {
  const TempDirectory directory;
  const std::string path = directory.file("a.sql");
  write_text(path, "-- note: one\n-- note: two\n-- driver-option: X=1 (threads)\n"
                   "-- driver-option: Y\nPRAGMA threads = 2;\n");
  const PragmaSet set = PragmaSet::parse(path);
  EXPECT_THAT(set.notes(), ElementsAre("one", "two"));
  ASSERT_EQ(set.driver_options().size(), 2U);
  EXPECT_EQ(set.driver_options()[0].option, "X=1");
  EXPECT_EQ(set.driver_options()[0].setting, "threads");
  EXPECT_EQ(set.driver_options()[1].option, "Y");
  EXPECT_EQ(set.driver_options()[1].setting, "");
  write_text(path, "-- driver-option: X=1 (cache_size)\nPRAGMA threads = 2;\n");
  EXPECT_THAT([&] { (void)PragmaSet::parse(path); },
              Throws<Error>(AllOf(KindIs(ErrorKind::Usage), MessageHas("cache_size"))));
}

TEST(PragmaSet, CompositionReplacesAndAdds) {
  const PragmaSet set = PragmaSet::parse("production+synchronous=2+mmap_size=1024");
  EXPECT_EQ(set.name(), "production+synchronous=FULL+mmap_size=1024");
  EXPECT_EQ(set.settings().size(), 7U);
  EXPECT_EQ(set.value("synchronous"), "FULL");
  EXPECT_EQ(set.value("mmap_size"), "1024");
  EXPECT_EQ(set.value("page_size"), "4096") << "SQLite's default where the set is silent";
}

TEST(PragmaSet, SqlComesInTheOrderOfApplication) {
  EXPECT_EQ(PragmaSet::parse("production+page_size=8192").to_sql().substr(0, 79),
            "PRAGMA busy_timeout = 5000;\nPRAGMA page_size = 8192;\nPRAGMA journal_mode = WAL;");
}

TEST(PragmaSet, ReadsAFile) {
  const TempDirectory directory;
  const std::string path = directory.file("mine+1.sql");
  write_text(path, "-- source: my head\nPRAGMA threads = 2;\n");
  EXPECT_EQ(PragmaSet::parse(path).name(), "mine+1");
  EXPECT_EQ(PragmaSet::parse(path).source(), "my head");
  EXPECT_EQ(PragmaSet::parse(path + "+threads=4").name(), "mine+1+threads=4");
  write_text(directory.file("b.sql"), "PRAGMA threads = 2;");
  EXPECT_EQ(PragmaSet::parse(directory.file("b.sql") + "+threads=4").value("threads"), "4");
}

TEST(PragmaSet, RefusesWhatItCannotRead) {
  const TempDirectory directory;
  write_text(directory.file("empty.sql"), "-- nothing\n");
  std::filesystem::create_directory(directory.file("dir.sql"));
  const auto parsing = [](const std::string& set) {
    return [set] { (void)PragmaSet::parse(set); };
  };
  EXPECT_THAT(parsing("prodution"),
              Throws<Error>(AllOf(KindIs(ErrorKind::Usage), MessageHas("unknown PRAGMA set"),
                                  MessageHas("did you mean production?"))));
  EXPECT_THAT(parsing("nothing-like-it"), Throws<Error>(MessageHas("`pragmark sets` lists")));
  EXPECT_THAT(parsing(""), Throws<Error>(MessageHas("(empty)")));
  EXPECT_THAT(parsing("production+"), Throws<Error>(MessageHas("setting=value")));
  EXPECT_THAT(parsing("production+x"), Throws<Error>(MessageHas("setting=value")));
  EXPECT_THAT(parsing("production+cache_size=64MB"),
              Throws<Error>(MessageHas("production+cache_size=64MB: cache_size=64MB")));
  EXPECT_THAT(parsing(directory.file("missing.sql")), Throws<Error>(MessageHas("cannot read")));
  ASSERT_EQ(mkfifo(directory.file("fifo.sql").c_str(), 0600), 0);  // nobody writes: it would hang
  EXPECT_THAT(parsing(directory.file("fifo.sql")), Throws<Error>(MessageHas("cannot read")));
  write_text(directory.file("production.sql"), "PRAGMA synchronous = OFF;");
  EXPECT_THAT(parsing(directory.file("production.sql")),
              Throws<Error>(MessageHas("rename the file")));
  EXPECT_THAT(parsing(directory.file("dir.sql")), Throws<Error>(MessageHas("cannot read")));
  EXPECT_THAT(parsing(directory.file("empty.sql")), Throws<Error>(MessageHas("no setting")));
}

TEST(PragmaSet, DurabilityFollowsTheDocumentedMatrix) {
  const auto durability = [](const std::string& journal, const std::string& synchronous) {
    return to_string(
        PragmaSet::parse("production+journal_mode=" + journal + "+synchronous=" + synchronous)
            .durability());
  };
  EXPECT_EQ(durability("WAL", "OFF"), "unsafe");
  EXPECT_EQ(durability("WAL", "NORMAL"), "process-safe");
  EXPECT_EQ(durability("WAL", "FULL"), "power-safe");
  EXPECT_EQ(durability("DELETE", "NORMAL"), "unsafe");
  EXPECT_EQ(durability("DELETE", "FULL"), "process-safe");
  EXPECT_EQ(durability("DELETE", "EXTRA"), "power-safe");
  EXPECT_EQ(durability("TRUNCATE", "FULL"), "power-safe");
  EXPECT_EQ(durability("MEMORY", "EXTRA"), "unsafe");
  EXPECT_EQ(durability("OFF", "FULL"), "unsafe");
}

TEST(PragmaSet, WithChangesOneSettingOfACopy) {
  const PragmaSet production = PragmaSet::parse("production");
  const PragmaSet added = production.with("wal_autocheckpoint", "0");
  const PragmaSet changed = added.with("synchronous", "full");
  EXPECT_EQ(added.value("wal_autocheckpoint"), "0");
  EXPECT_EQ(changed.value("synchronous"), "FULL");
  EXPECT_EQ(changed.name(), "production+wal_autocheckpoint=0+synchronous=FULL");
  EXPECT_EQ(changed.settings().size(), production.settings().size() + 1);
  EXPECT_EQ(production.value("wal_autocheckpoint"), "1000");
  EXPECT_THAT([&] { (void)production.with("synchronus", "FULL"); },
              Throws<Error>(KindIs(ErrorKind::Usage)));
  EXPECT_THAT([&] { (void)production.with("synchronous", "FLUL"); },
              Throws<Error>(KindIs(ErrorKind::Usage)));
}

}  // namespace
}  // namespace pragmark

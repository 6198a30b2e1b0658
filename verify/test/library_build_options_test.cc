#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "library/library_checks.h"

namespace pragmark {
namespace {

using testing::HasSubstr;

std::vector<CheckResult> check(const std::string& set, std::vector<std::string> options) {
  return check_build_options({"3.53.0", "", std::move(options)}, PragmaSet::parse(set));
}

// "NAME=read_back:verdict" of every result.
std::string found(const std::string& set, std::vector<std::string> options) {
  std::string text;
  for (const CheckResult& result : check(set, std::move(options))) {
    EXPECT_EQ(result.id, "B002");
    text += result.setting + "=" + result.read_back.value_or("-") + ":" +
            std::string(to_string(result.verdict)) + " ";
  }
  return text;
}

TEST(CheckBuildOptions, SaysNothingOfALibraryBuiltAsSqliteItself) {
  EXPECT_EQ(found("production", {"DEFAULT_SYNCHRONOUS=2", "DEFAULT_WAL_SYNCHRONOUS=2",
                                 "MAX_MMAP_SIZE=0x7fff0000", "TEMP_STORE=1", "THREADSAFE=1"}),
            "build options=as SQLite's own:pass ");
}

TEST(CheckBuildOptions, NotesWhatChangesNothingThatTheSetClaims) {
  EXPECT_EQ(found("production", {"DEFAULT_WAL_SYNCHRONOUS=1", "OMIT_LOOKASIDE", "SECURE_DELETE",
                                 "THREADSAFE=2", "DEFAULT_MEMSTATUS=0", "DEFAULT_FOREIGN_KEYS"}),
            "DEFAULT_WAL_SYNCHRONOUS=1:pass DEFAULT_FOREIGN_KEYS=set:pass SECURE_DELETE=set:pass "
            "THREADSAFE=2:pass DEFAULT_MEMSTATUS=0:pass OMIT_LOOKASIDE=set:pass ");
}

TEST(CheckBuildOptions, ReadsANameWholeAndNotItsBeginning) {
  EXPECT_EQ(found("production", {"OMIT_WALRUS", "TEMP_STORES=0"}),
            "build options=as SQLite's own:pass ");
}

struct Row {
  std::string set;
  std::string option;
  std::string found;
  std::string voided;
};

TEST(CheckBuildOptions, WarnsOfAnOptionThatVoidsAClaim) {
  const Row rows[] = {
      {"production", "TEMP_STORE=0", "TEMP_STORE=0:warning ", "temp_store=MEMORY"},
      {"production", "TEMP_STORE=3", "TEMP_STORE=3:pass ", ""},
      {"production+temp_store=FILE", "TEMP_STORE=3", "TEMP_STORE=3:warning ", "temp_store=FILE"},
      {"production", "MAX_MMAP_SIZE=0", "MAX_MMAP_SIZE=0:pass ", ""},
      {"production+mmap_size=1000", "MAX_MMAP_SIZE=0", "MAX_MMAP_SIZE=0:warning ",
       "mmap_size=1000"},
      {"production+mmap_size=1000", "MAX_MMAP_SIZE=0x3e8", "MAX_MMAP_SIZE=0x3e8:pass ", ""},
      {"production+mmap_size=1001", "MAX_MMAP_SIZE=0x3e8", "MAX_MMAP_SIZE=0x3e8:warning ",
       "mmap_size=1001"},
      {"production+mmap_size=30000000000", "TEMP_STORE=1", "MAX_MMAP_SIZE=0x7fff0000:warning ",
       "mmap_size=30000000000"},
      {"production+threads=9", "MAX_WORKER_THREADS=8", "MAX_WORKER_THREADS=8:warning ",
       "threads=9"},
      {"production", "OMIT_WAL", "OMIT_WAL=set:warning ", "journal_mode=WAL"},
      {"default", "OMIT_WAL", "OMIT_WAL=set:pass ", ""},
      {"production", "OMIT_FOREIGN_KEY", "OMIT_FOREIGN_KEY=set:warning ", "foreign_keys=ON"},
      {"production", "OMIT_TRIGGER", "OMIT_TRIGGER=set:warning ", "foreign_keys=ON"},
      {"default+auto_vacuum=FULL", "OMIT_AUTOVACUUM", "OMIT_AUTOVACUUM=set:warning ",
       "auto_vacuum=FULL"},
      {"default", "DISABLE_DIRSYNC", "DISABLE_DIRSYNC=set:warning ", "synchronous=FULL"},
      {"durable", "DISABLE_DIRSYNC", "DISABLE_DIRSYNC=set:pass ", ""},
      {"default", "NO_SYNC", "NO_SYNC=set:warning ", "every setting"},
      {"default", "OMIT_PRAGMA", "OMIT_PRAGMA=set:warning ", "every setting"},
      {"default", "THREADSAFE=0", "THREADSAFE=0:warning ", "every setting"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(found(row.set, {row.option}), row.found) << row.set << " " << row.option;
    EXPECT_THAT(check(row.set, {row.option})[0].consequence, HasSubstr(row.voided));
  }
}

TEST(CheckBuildOptions, WarnsOfALibraryThatDoesNotTell) {
  EXPECT_EQ(found("production", {}), "build options=-:warning ");
}

}  // namespace
}  // namespace pragmark

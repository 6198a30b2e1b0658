#include "pragmark/verify/sqlite_library.h"

#include <string>

#include <gtest/gtest.h>
#include <sqlite3.h>

namespace pragmark {
namespace {

TEST(LinkedSqlite, NamesTheLibraryThatAnswersSql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(":memory:", &handle), SQLITE_OK);
  std::string answered;
  sqlite3_exec(
      handle, "SELECT sqlite_version() || ' ' || sqlite_source_id()",
      [](void* text, int, char** values, char**) {
        *static_cast<std::string*>(text) = values[0];
        return 0;
      },
      &answered, nullptr);
  sqlite3_close(handle);
  const SqliteLibrary library = linked_sqlite();
  EXPECT_EQ(library.version + " " + library.source_id, answered);
}

TEST(LinkedSqlite, ListsCompileOptionsThatSqliteConfirms) {
  const SqliteLibrary library = linked_sqlite();
  ASSERT_FALSE(library.compile_options.empty());
  for (const std::string& option : library.compile_options) {
    EXPECT_EQ(sqlite3_compileoption_used(option.c_str()), 1) << option;
  }
}

}  // namespace
}  // namespace pragmark

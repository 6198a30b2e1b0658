// The SQLite library that this program is linked with. Its version and compile options move speed
// and safety as much as settings do, so every result names them.
//
//   SqliteLibrary library = linked_sqlite();   // library.version == "3.40.1"
#pragma once

#include <string>
#include <vector>

namespace pragmark {

struct SqliteLibrary {
  std::string version;                       // "3.40.1"
  std::string source_id;                     // check-in date and hash
  std::vector<std::string> compile_options;  // without the prefix SQLITE_, in SQLite's order
};

[[nodiscard]] SqliteLibrary linked_sqlite();

}  // namespace pragmark

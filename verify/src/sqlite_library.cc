#include "pragmark/verify/sqlite_library.h"

#include <sqlite3.h>

namespace pragmark {

SqliteLibrary linked_sqlite() {
  SqliteLibrary library{sqlite3_libversion(), sqlite3_sourceid(), {}};
  for (int i = 0; const char* option = sqlite3_compileoption_get(i); ++i) {
    library.compile_options.emplace_back(option);
  }
  return library;
}

}  // namespace pragmark

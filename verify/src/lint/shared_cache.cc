// Two connections with one cache, and who waits for whom.
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <sqlite3.h>

#include "lint/connection_string.h"
#include "pragmark/error.h"

namespace pragmark::lint {
namespace {

struct CloseHandle {
  void operator()(sqlite3* handle) const noexcept { sqlite3_close(handle); }
};
using HandlePtr = std::unique_ptr<sqlite3, CloseHandle>;

HandlePtr open_shared(const std::string& path) {
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_SHAREDCACHE;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  HandlePtr handle(raw);
  if (code != SQLITE_OK) throw Error::sqlite(raw, code, "open", "", path);
  return handle;
}

int run(sqlite3* handle, const char* sql) {
  return sqlite3_exec(handle, sql, nullptr, nullptr, nullptr);
}

// Counts how often SQLite is ready to wait, and tells it not to.
int count_waits(void* waits, int) {
  ++*static_cast<int*>(waits);
  return 0;
}

}  // namespace

std::string heard_with_shared_cache(const std::string& path) {
  std::string heard;
  {
    const HandlePtr writer = open_shared(path);
    const HandlePtr reader = open_shared(path);
    int waits = 0;
    sqlite3_busy_handler(reader.get(), count_waits, &waits);
    run(writer.get(), "CREATE TABLE t(x)");
    run(writer.get(), "BEGIN IMMEDIATE");
    run(writer.get(), "INSERT INTO t VALUES (1)");
    const int code = run(reader.get(), "SELECT * FROM t");
    if (code == SQLITE_LOCKED && waits == 0) {
      heard = fmt::format("a reader beside a writer fails at once with \"{}\"; busy_timeout is not "
                          "asked",
                          sqlite3_errmsg(reader.get()));
    }
  }
  for (const char* suffix : {"", "-journal"}) std::remove((path + suffix).c_str());
  return heard;
}

}  // namespace pragmark::lint

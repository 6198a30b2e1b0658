// Uses the installed package: every public header, a store, and the SQLite that came with it.
#include <cstdio>
#include <exception>
#include <string>

#include <sqlite3.h>

#include "pragmark/connection.h"
#include "pragmark/counting_vfs.h"
#include "pragmark/error.h"
#include "pragmark/pragma_set.h"
#include "pragmark/store.h"
#include "pragmark/version.h"

int main() try {
  pragmark::Store store({.path = ":memory:", .set = pragmark::PragmaSet::parse("default")});
  pragmark::Topic topic;
  topic.id = "t1";
  topic.title = "installed";
  store.insert(topic);
  const auto found = store.get_topic("t1");
  if (!found || found->title != "installed") {
    std::fputs("consumer: the row that was written is not there\n", stderr);
    return 1;
  }
  std::printf("pragmark %s with SQLite %s\n", std::string(pragmark::kVersion).c_str(),
              sqlite3_libversion());
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "consumer: %s\n", error.what());
  return 1;
}

#include "pragmark/memory_statistics.h"

#include <sqlite3.h>

#include "pragmark/error.h"

namespace pragmark {
namespace {

bool on_as_built() noexcept { return sqlite3_compileoption_used("DEFAULT_MEMSTATUS=0") == 0; }

}  // namespace

std::string_view to_string(MemoryStatistics statistics) noexcept {
  return statistics == MemoryStatistics::Off ? "off" : "as-built";
}

std::optional<MemoryStatistics> parse_memory_statistics(std::string_view text) noexcept {
  for (const auto one : {MemoryStatistics::AsBuilt, MemoryStatistics::Off}) {
    if (text == to_string(one)) return one;
  }
  return std::nullopt;
}

bool memory_statistics_observed() noexcept {
  constexpr int kBytes = 64;
  const sqlite3_int64 before = sqlite3_memory_used();
  void* const memory = sqlite3_malloc(kBytes);
  const bool counted = sqlite3_memory_used() != before;
  sqlite3_free(memory);
  return counted;
}

void set_memory_statistics(MemoryStatistics statistics) {
  const bool on = statistics == MemoryStatistics::AsBuilt && on_as_built();
  if (memory_statistics_observed() == on) return;
  sqlite3_shutdown();
  int code = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, on ? 1 : 0);
  if (code == SQLITE_OK) code = sqlite3_initialize();
  if (code != SQLITE_OK) throw Error::sqlite(nullptr, code, "configure SQLite", "", "");
  if (memory_statistics_observed() == on) return;
  throw Error::setting_refused("SQLITE_CONFIG_MEMSTATUS", on ? "1" : "0", on ? "0" : "1",
                               "something else of this process uses SQLite meanwhile",
                               "this process");
}

}  // namespace pragmark

// Whether SQLite counts the memory that it takes: a setting of the whole process, not of a
// connection or a database.
//
//   int main() {
//     pragmark::set_memory_statistics(pragmark::MemoryStatistics::Off);  // before any connection
//
// The counters share one mutex, which every allocation takes. Distributions build SQLite with them
// and without lookaside, so that threads which only read wait for each other in malloc. Without
// them sqlite3_memory_used(), sqlite3_memory_highwater(), sqlite3_status() and the heap limits do
// not work. Source:
// https://sqlite.org/c3ref/c_config_covering_index_scan.html#sqliteconfigmemstatus
#pragma once

#include <optional>
#include <string_view>

namespace pragmark {

enum class MemoryStatistics {
  AsBuilt,  // what SQLITE_DEFAULT_MEMSTATUS of the library says; on unless it was built otherwise
  Off,
};

[[nodiscard]] std::string_view to_string(MemoryStatistics statistics) noexcept;  // "as-built"
[[nodiscard]] std::optional<MemoryStatistics> parse_memory_statistics(
    std::string_view text) noexcept;

// Unless it is so already: shuts SQLite down, sets it, initialises SQLite and observes that it is
// in effect. What was set with sqlite3_config() stays, automatic extensions do not (see
// https://sqlite.org/c3ref/initialize.html).
// Throws Error: kind Sqlite when SQLite refuses, kind Setting when it has no effect.
// REQUIRES: this process has no open connection, and no other thread uses SQLite meanwhile.
void set_memory_statistics(MemoryStatistics statistics);

// Whether SQLite counts now: an allocation shows, or does not.
// REQUIRES: no other thread uses SQLite meanwhile.
[[nodiscard]] bool memory_statistics_observed() noexcept;

}  // namespace pragmark

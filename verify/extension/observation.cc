// One function for each setting of which more can be seen than the read-back. Sources:
// https://www.sqlite.org/c3ref/c_dbconfig_defensive.html (flags), /compile.html (options of the
// build), /fileformat2.html (header), /sharedcache.html.
#include "observation.h"

#include <array>

#include <fmt/format.h>
#include <sqlite3.h>

#include "host_build.h"
#include "main_file.h"

namespace pragmark {
namespace {

Observation flag(sqlite3* db, int option) {
  int on = 0;
  if (sqlite3_db_config(db, option, -1, &on) != SQLITE_OK) return {};
  return {.value = on != 0 ? "ON" : "OFF"};
}

Observation foreign_keys(sqlite3* db, const ObservedSetting&) {
  return flag(db, SQLITE_DBCONFIG_ENABLE_FKEY);
}

Observation trusted_schema(sqlite3* db, const ObservedSetting&) {
  return flag(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA);
}

Observation legacy_alter_table(sqlite3* db, const ObservedSetting&) {
  return flag(db, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE);
}

Observation busy_timeout(sqlite3* db, const ObservedSetting& setting) {
  if (setting.read_back == "0") {
    return {.doubt = "0 is also what SQLite answers when the application has a busy handler of its "
                     "own, and it does not tell which",
            .caution = "replaces a busy handler of the application"};
  }
  if (uses_shared_cache(db)) {
    return {.value = "0 within the shared cache",
            .why = "opened with cache=shared: a lock of another connection to the same cache is "
                   "SQLITE_LOCKED, for which SQLite does not wait"};
  }
  return {};
}

Observation wal_autocheckpoint(sqlite3*, const ObservedSetting& setting) {
  if (setting.read_back != "0") return {};
  return {.doubt = "0 is also what SQLite answers when the application has a WAL hook of its own, "
                   "and it does not tell which",
          .caution = "replaces a WAL hook of the application"};
}

// Of the journal modes the file stores only whether it is WAL, and an immutable or lockless
// connection does not heed it: the header can deny WAL, and not prove another mode.
Observation journal_mode(sqlite3* db, const ObservedSetting& setting) {
  const std::optional<FileHeader> header = read_file_header(db);
  if (setting.read_back != "WAL" || !header) return {};
  if (header->wal) return {.value = "WAL"};
  return {.value = "a rollback journal", .why = "the header of the file does not say WAL"};
}

Observation page_size(sqlite3* db, const ObservedSetting&) {
  const std::optional<FileHeader> header = read_file_header(db);
  if (!header) return {};
  return {.value = fmt::format("{}", header->page_size_bytes),
          .why = "the header of the file says so"};
}

Observation synchronous(sqlite3*, const ObservedSetting&) {
  if (!build_option("NO_SYNC")) return {};
  return {.value = "OFF", .why = "this SQLite was built with NO_SYNC"};
}

// SQLITE_TEMP_STORE: 0 always file, 1 file unless set, 2 memory unless set, 3 always memory.
Observation temp_store(sqlite3*, const ObservedSetting& setting) {
  if (setting.claimed == "DEFAULT" || setting.read_back.empty() || !build_options_known()) {
    return {};
  }
  const std::string built = build_option("TEMP_STORE=").value_or("1");
  const bool memory = built == "3" || (built == "2" && setting.read_back != "FILE") ||
                      (built == "1" && setting.read_back == "MEMORY");
  return {.value = memory ? "MEMORY" : "FILE",
          .why = fmt::format("this SQLite was built with TEMP_STORE={}", built)};
}

Observation read_uncommitted(sqlite3* db, const ObservedSetting& setting) {
  if (setting.read_back != "ON" || uses_shared_cache(db)) return {};
  if (build_option("OMIT_SHARED_CACHE")) {
    return {.value = "OFF", .why = "this SQLite was built without the shared cache"};
  }
  return {.doubt =
              "it has an effect in a shared cache only, and whether this is one does not show"};
}

struct Look {
  std::string_view setting;
  Observation (*observe)(sqlite3* db, const ObservedSetting& setting);
};

constexpr std::array kLooks = {
    Look{"busy_timeout", busy_timeout},     Look{"foreign_keys", foreign_keys},
    Look{"journal_mode", journal_mode},     Look{"legacy_alter_table", legacy_alter_table},
    Look{"page_size", page_size},           Look{"read_uncommitted", read_uncommitted},
    Look{"synchronous", synchronous},       Look{"temp_store", temp_store},
    Look{"trusted_schema", trusted_schema}, Look{"wal_autocheckpoint", wal_autocheckpoint}};

}  // namespace

Observation observe(sqlite3* db, const ObservedSetting& setting) {
  for (const Look& look : kLooks) {
    if (look.setting == setting.spec.name) return look.observe(db, setting);
  }
  return {};
}

}  // namespace pragmark

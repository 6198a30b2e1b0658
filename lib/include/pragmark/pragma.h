// The table of settings that pragmark knows: the only place where a PRAGMA is spelt.
//
//   Setting s = parse_setting("cache_size", "-20000");     // throws on cache_size=64MB
//   std::string found = read_back(handle, *s.spec);        // "-20000"
//
// The table drives application, read-back, comparison, JSON, help and documentation. To add a
// setting, add a row in pragma_table.cc; nothing else changes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;

namespace pragmark {

enum class ValueKind {
  Boolean,  // ON or OFF
  Keyword,  // one of a list of words, each with SQLite's number for it
  Integer,  // a whole number in the unit of the row
};

enum class Unit {
  None,
  Milliseconds,
  Bytes,
  Pages,
  PagesOrKibibytes,  // cache_size: positive counts pages, negative counts KiB
  Threads,
  Rows,
};

enum class Scope {
  File,        // stored in the database file, survives the connection
  Connection,  // gone when the connection closes: every connection must set it
};

// When a setting is applied, whatever the order in which it was written.
// 1. Locking: switching to WAL needs a lock, and only busy_timeout makes it wait for one.
// 2. PageSize before FileFormat: auto_vacuum=INCREMENTAL writes the first page of an empty
//    database, after which page_size is ignored.
// 3. FileFormat before Journal: page_size and auto_vacuum are ignored on a WAL database, empty or
//    not; locking_mode=EXCLUSIVE must precede the first WAL access to avoid the -shm file.
// 4. Journal.
// 5. Session last: cache_size is rescaled when the page size changes, and foreign_keys is a no-op
//    inside a transaction, which the phases before may open.
enum class Phase { Locking, PageSize, FileFormat, Journal, Session };
inline constexpr std::array kPhases = {Phase::Locking, Phase::PageSize, Phase::FileFormat,
                                       Phase::Journal, Phase::Session};

// The four ways in which the store opens a database; what can be expected of a setting differs.
enum class ConnectionKind { SchemaCreation, ReadWrite, ReadOnly, InMemory };

[[nodiscard]] std::string_view to_string(ConnectionKind kind) noexcept;  // "read-write" etc.
[[nodiscard]] std::string_view to_string(Unit unit) noexcept;            // "ms", "bytes"
[[nodiscard]] std::string_view to_string(Scope scope) noexcept;          // "file", "connection"

struct Keyword {
  std::string_view word;  // canonical, upper case
  std::int64_t number;    // what SQLite stores and may read back; -1 where it has none
};

// One row of the table. All views refer to static storage.
struct PragmaSpec {
  std::string_view name;
  ValueKind kind;
  Unit unit;
  Scope scope;
  Phase phase;
  std::span<const Keyword> keywords;  // Keyword and Boolean settings only
  std::int64_t minimum;               // included; Integer settings only
  std::int64_t maximum;               // included; Integer settings only
  std::string_view default_value;     // SQLite's documented default, canonical
  std::string_view consequence;       // what is at stake when the setting is not in effect
};

[[nodiscard]] std::span<const PragmaSpec> pragma_table() noexcept;
// Case-insensitive; null when pragmark does not know the name.
[[nodiscard]] const PragmaSpec* find_pragma(std::string_view name) noexcept;
// SQLite's documentation page for the setting.
[[nodiscard]] std::string documentation_url(const PragmaSpec& spec);

// One PRAGMA and its value, in canonical form: words in upper case, numbers without decoration.
struct Setting {
  const PragmaSpec* spec;  // never null; static storage
  std::string value;

  [[nodiscard]] std::string to_sql() const;  // "PRAGMA cache_size = -20000;"
  // For one attached database: "PRAGMA \"aux\".cache_size = -20000;"
  [[nodiscard]] std::string to_sql(std::string_view schema) const;
};

// Throws Error (kind Usage) on an unknown name or on a value that SQLite would silently turn into
// another; the message says what was written and what SQLite would have heard.
[[nodiscard]] Setting parse_setting(std::string_view name, std::string_view value);

// Reads a `.sql` text of PRAGMA statements and comments, in order. Throws Error (kind Usage) that
// names `origin` and the line on anything else.
[[nodiscard]] std::vector<Setting> parse_pragma_script(std::string_view sql,
                                                       std::string_view origin);

// What SQLite answers when asked for the setting, in canonical form; empty when it answers nothing
// (mmap_size of an in-memory database). Throws Error when the database cannot be read.
[[nodiscard]] std::optional<std::string> read_back(sqlite3* handle, const PragmaSpec& spec,
                                                   std::string_view schema = "main");

// The names of the attached databases, without `main` and `temp`.
[[nodiscard]] std::vector<std::string> attached_databases(sqlite3* handle);

enum class Applied {
  InEffect,       // read back as asked
  Differs,        // SQLite answers something else
  NotApplicable,  // the setting has no meaning on this kind of connection; see reason
};

struct AppliedSetting {
  Setting setting;
  Applied outcome;
  std::string read_back;  // empty when SQLite answers nothing
  std::string reason;     // for NotApplicable: why; for Differs: the likely repair
};

// Applies `settings` in phases. A read-only connection does not change what is stored in the file;
// it only checks it. Throws Error when SQLite itself fails (BUSY, I/O).
void apply_settings(sqlite3* handle, std::span<const Setting> settings, ConnectionKind kind);

// Reads every setting back and compares it with what was asked. One result for each setting, in
// the order given; never throws for a difference.
[[nodiscard]] std::vector<AppliedSetting> compare_settings(sqlite3* handle,
                                                           std::span<const Setting> settings,
                                                           ConnectionKind kind);

// The PRAGMAs that are not settings but questions and commands, each for one purpose.
[[nodiscard]] int read_user_version(sqlite3* handle);
void write_user_version(sqlite3* handle, int version);
// Pages of the database as the connection sees it, freed ones among them.
[[nodiscard]] std::int64_t read_page_count(sqlite3* handle);
// Gives back every freed page of an auto_vacuum=INCREMENTAL database; does nothing to others.
void incremental_vacuum(sqlite3* handle);
// The rows of integrity_check (empty when it says "ok"), at most `limit`.
[[nodiscard]] std::vector<std::string> integrity_check(sqlite3* handle, int limit = 20);
// As integrity_check() without comparing indexes with their tables: reads each page once.
[[nodiscard]] std::vector<std::string> quick_check(sqlite3* handle, int limit = 20);
// One line for each violation, at most `limit`.
[[nodiscard]] std::vector<std::string> foreign_key_check(sqlite3* handle, int limit = 20);

}  // namespace pragmark

// Applying, reading back and comparing settings: every PRAGMA statement of the library is made
// here.
//
// Invariants:
// 1. Settings are applied in the order of their Phase, and within a phase as written.
// 2. What is stored in the file (Scope::File) is read first and set only when it differs, so that
//    opening a database which has it already needs no write lock.
// 3. A read-only connection sets nothing of the file; it can still tell whether the file has it.
// 4. Comparison reads again after everything was applied, since a later setting may undo an
//    earlier one (page_size rescales cache_size).
#include "pragmark/pragma.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <sqlite3.h>

#include "pragma_probe.h"
#include "pragmark/assert.h"
#include "pragmark/error.h"
#include "text.h"

namespace pragmark {
namespace {

std::string path_of(sqlite3* handle) {
  const char* path = sqlite3_db_filename(handle, "main");
  return path == nullptr || *path == '\0' ? ":memory:" : path;
}

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using StatementPtr = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// A type of its own, since sqlite3_close is no name of a function where the host's SQLite is used
// (host_sqlite.h).
struct CloseHandle {
  void operator()(sqlite3* handle) const noexcept { sqlite3_close(handle); }
};
using HandlePtr = std::unique_ptr<sqlite3, CloseHandle>;

// Runs one statement and hands each row to `row`; throws Error on anything but success.
template <typename Row>
void for_each_row(sqlite3* handle, const std::string& sql, Row&& row) {
  sqlite3_stmt* raw = nullptr;
  int code = sqlite3_prepare_v2(handle, sql.c_str(), static_cast<int>(sql.size()), &raw, nullptr);
  const StatementPtr statement(raw);
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = sqlite3_step(statement.get());
    if (code == SQLITE_ROW && !row(statement.get())) return;
  }
  if (code != SQLITE_DONE) throw Error::sqlite(handle, code, sql, sql, path_of(handle));
}

std::string quoted(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char c : text) result.append(c == quote ? 2 : 1, c);
  return result + quote;
}

std::string column_text(sqlite3_stmt* statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return text == nullptr ? "" : text;
}

std::optional<std::string> first_value(sqlite3* handle, const std::string& sql) {
  std::optional<std::string> value;
  for_each_row(handle, sql, [&](sqlite3_stmt* row) {
    value = column_text(row, 0);
    return false;
  });
  return value;
}

std::string canonical(const PragmaSpec& spec, const std::string& answered) {
  const std::optional<std::int64_t> number = text::parse_integer(answered);
  // cache_spill answers a number of pages for ON.
  if (spec.kind == ValueKind::Boolean && number) return *number != 0 ? "ON" : "OFF";
  if (spec.kind == ValueKind::Keyword) {
    if (!number) return text::upper(answered);
    for (const Keyword& keyword : spec.keywords) {
      if (keyword.number == *number) return std::string(keyword.word);
    }
  }
  return answered;
}

// Why a setting means nothing on an in-memory database; empty when it does.
std::string_view not_in_memory(std::string_view name) noexcept {
  if (name == "journal_mode") return "an in-memory database keeps its journal in memory";
  if (name == "mmap_size") return "an in-memory database has no file to map";
  if (name == "locking_mode") return "an in-memory database has one connection in all";
  return {};
}

bool left_alone(const PragmaSpec& spec, ConnectionKind kind) {
  return (kind == ConnectionKind::InMemory && !not_in_memory(spec.name).empty()) ||
         (kind == ConnectionKind::ReadOnly && spec.scope == Scope::File);
}

std::string repair_for(const PragmaSpec& spec, ConnectionKind kind) {
  if (spec.name == "page_size" || spec.name == "auto_vacuum") {
    return "it is fixed when the database is created; create a new one, or leave WAL and VACUUM";
  }
  if (spec.name == "journal_mode") {
    return kind == ConnectionKind::ReadOnly
               ? "open the database read-write once to change it"
               : "close the other connections, or use a filesystem with shared memory";
  }
  if (spec.name == "mmap_size" || spec.name == "threads") {
    return "the library was built with a lower maximum; ask for what it reports";
  }
  return "is another setting, the build of SQLite or other code overriding it?";
}

// The rows of a check of the file; empty when it says "ok". What it found before damage, or an
// interrupt, ended it is not lost: the error is then the last row.
std::vector<std::string> damage_found(sqlite3* handle, const std::string& check) {
  std::vector<std::string> findings;
  try {
    for_each_row(handle, check, [&](sqlite3_stmt* row) {
      findings.push_back(column_text(row, 0));
      return true;
    });
  } catch (const Error& error) {
    if (findings.empty()) throw;
    findings.emplace_back(error.what());
  }
  if (findings.size() == 1 && findings.front() == "ok") findings.clear();
  return findings;
}

}  // namespace

std::string Setting::to_sql() const { return fmt::format("PRAGMA {} = {};", spec->name, value); }

std::string Setting::to_sql(std::string_view schema) const {
  return fmt::format("PRAGMA {}.{} = {};", quoted(schema, '"'), spec->name, value);
}

// Never without a schema: locking_mode would answer what databases attached later would get.
std::optional<std::string> read_back(sqlite3* handle, const PragmaSpec& spec,
                                     std::string_view schema) {
  std::optional<std::string> answered =
      first_value(handle, fmt::format("PRAGMA {}.{}", quoted(schema, '"'), spec.name));
  if (answered) answered = canonical(spec, *answered);
  return answered;
}

std::vector<std::string> attached_databases(sqlite3* handle) {
  std::vector<std::string> names;
  for_each_row(handle, "PRAGMA database_list", [&](sqlite3_stmt* row) {
    constexpr int kFirstAttached = 2;  // 0 is main, 1 is temp
    if (sqlite3_column_int(row, 0) >= kFirstAttached) names.push_back(column_text(row, 1));
    return true;
  });
  return names;
}

void apply_settings(sqlite3* handle, std::span<const Setting> settings, ConnectionKind kind) {
  for (const Phase phase : kPhases) {
    for (const Setting& setting : settings) {
      const PragmaSpec& spec = *setting.spec;
      if (spec.phase != phase || left_alone(spec, kind)) continue;
      if (spec.scope == Scope::File && read_back(handle, spec) == setting.value) continue;
      for_each_row(handle, setting.to_sql(), [](sqlite3_stmt*) { return true; });
    }
  }
}

std::vector<AppliedSetting> compare_settings(sqlite3* handle, std::span<const Setting> settings,
                                             ConnectionKind kind) {
  std::vector<AppliedSetting> results;
  results.reserve(settings.size());
  for (const Setting& setting : settings) {
    const PragmaSpec& spec = *setting.spec;
    AppliedSetting result{setting, Applied::InEffect, read_back(handle, spec).value_or(""), ""};
    if (kind == ConnectionKind::InMemory && !not_in_memory(spec.name).empty()) {
      result.outcome = Applied::NotApplicable;
      result.reason = not_in_memory(spec.name);
    } else if (result.read_back == setting.value) {
      result.outcome = Applied::InEffect;
    } else if (kind == ConnectionKind::ReadOnly && spec.name == "journal_mode" &&
               setting.value != "WAL" && result.read_back == "DELETE") {
      // Of the journal modes the file stores only whether it is WAL; the others are a matter of
      // the connection that writes.
      result.outcome = Applied::NotApplicable;
      result.reason = "a read-only connection writes no journal";
    } else {
      result.outcome = Applied::Differs;
      result.reason = repair_for(spec, kind);
    }
    results.push_back(std::move(result));
  }
  return results;
}

std::string heard_by_sqlite(const PragmaSpec& spec, std::string_view written) {
  if (spec.name == "locking_mode") return "nothing: it would have left locking_mode unchanged";
  if (spec.name == "journal_mode") {
    // sqlite3JournalModename compares as many characters as were written, in this order.
    for (const std::string_view mode : {"DELETE", "PERSIST", "OFF", "TRUNCATE", "MEMORY", "WAL"}) {
      if (text::equal_ignoring_case(mode.substr(0, written.size()), written)) {
        return std::string(mode);
      }
    }
    return "nothing: it would have left journal_mode unchanged";
  }
  // An in-memory database has no mmap_size; journal_size_limit goes through the same conversion.
  const std::string_view name = spec.name == "mmap_size" ? "journal_size_limit" : spec.name;
  const PragmaSpec* asked = find_pragma(name);
  PRAGMARK_ASSERT(asked != nullptr);
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(":memory:", &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  const HandlePtr handle(raw);
  if (code != SQLITE_OK) throw Error::sqlite(raw, code, "open", "", ":memory:");
  const std::string before = read_back(raw, *asked).value_or("");
  for_each_row(raw, fmt::format("PRAGMA {} = {}", name, quoted(written, '\'')),
               [](sqlite3_stmt*) { return true; });
  const std::string after = read_back(raw, *asked).value_or("");
  return after == before ? fmt::format("{} (its default, unchanged)", after) : after;
}

bool known_to_sqlite(std::string_view name) {
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(":memory:", &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  const HandlePtr handle(raw);
  if (code != SQLITE_OK) throw Error::sqlite(raw, code, "open", "", ":memory:");
  return std::ranges::any_of(listed_pragmas(raw), [&](const std::string& listed) {
    return text::equal_ignoring_case(listed, name);
  });
}

std::vector<std::string> listed_pragmas(sqlite3* handle) {
  std::vector<std::string> names;
  for_each_row(handle, "PRAGMA pragma_list", [&](sqlite3_stmt* row) {
    names.push_back(column_text(row, 0));
    return true;
  });
  return names;
}

std::string tell(sqlite3* handle, std::string_view name, std::string_view operand) {
  try {
    for_each_row(handle, fmt::format("PRAGMA {} = {}", name, operand),
                 [](sqlite3_stmt*) { return true; });
  } catch (const Error&) {
    return sqlite3_errmsg(handle);
  }
  return {};
}

std::optional<std::string> ask(sqlite3* handle, std::string_view name) {
  return first_value(handle, fmt::format("PRAGMA {}", name));
}

int read_user_version(sqlite3* handle) {
  const std::optional<std::string> version = first_value(handle, "PRAGMA user_version");
  return static_cast<int>(text::parse_integer(version.value_or("0")).value_or(0));
}

void write_user_version(sqlite3* handle, int version) {
  for_each_row(handle, fmt::format("PRAGMA user_version = {}", version),
               [](sqlite3_stmt*) { return true; });
}

std::int64_t read_page_count(sqlite3* handle) {
  const std::optional<std::string> pages = first_value(handle, "PRAGMA page_count");
  return text::parse_integer(pages.value_or("0")).value_or(0);
}

void incremental_vacuum(sqlite3* handle) {
  for_each_row(handle, "PRAGMA incremental_vacuum", [](sqlite3_stmt*) { return true; });
}

std::vector<std::string> integrity_check(sqlite3* handle, int limit) {
  return damage_found(handle, fmt::format("PRAGMA integrity_check({})", limit));
}

std::vector<std::string> quick_check(sqlite3* handle, int limit) {
  return damage_found(handle, fmt::format("PRAGMA quick_check({})", limit));
}

std::vector<std::string> foreign_key_check(sqlite3* handle, int limit) {
  std::vector<std::string> findings;
  for_each_row(handle, "PRAGMA foreign_key_check", [&](sqlite3_stmt* row) {
    findings.push_back(fmt::format("{} row {} refers to a row that {} does not have",
                                   column_text(row, 0), column_text(row, 1), column_text(row, 2)));
    return findings.size() < static_cast<std::size_t>(limit);
  });
  return findings;
}

}  // namespace pragmark

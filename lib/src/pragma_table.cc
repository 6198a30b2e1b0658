// The rows of the PRAGMA table. Names, units and value lists follow
// https://www.sqlite.org/pragma.html; each was tried on SQLite 3.40.1 and 3.53.
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "pragmark/pragma.h"
#include "text.h"

namespace pragmark {
namespace {

constexpr std::int64_t kInt32Max = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kInt32Min = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();

constexpr Keyword kBoolean[] = {{"OFF", 0}, {"ON", 1}};
constexpr Keyword kJournalMode[] = {{"DELETE", -1}, {"TRUNCATE", -1}, {"PERSIST", -1},
                                    {"MEMORY", -1}, {"WAL", -1},      {"OFF", -1}};
constexpr Keyword kSynchronous[] = {{"OFF", 0}, {"NORMAL", 1}, {"FULL", 2}, {"EXTRA", 3}};
constexpr Keyword kTempStore[] = {{"DEFAULT", 0}, {"FILE", 1}, {"MEMORY", 2}};
constexpr Keyword kAutoVacuum[] = {{"NONE", 0}, {"FULL", 1}, {"INCREMENTAL", 2}};
constexpr Keyword kLockingMode[] = {{"NORMAL", -1}, {"EXCLUSIVE", -1}};
constexpr Keyword kSecureDelete[] = {{"OFF", 0}, {"ON", 1}, {"FAST", 2}};

struct Range {
  std::int64_t minimum;
  std::int64_t maximum;
};

constexpr PragmaSpec keyword(std::string_view name, std::span<const Keyword> words, Scope scope,
                             Phase phase, std::string_view default_value,
                             std::string_view consequence) {
  return {name, ValueKind::Keyword, Unit::None, scope, phase, words, 0,
          0,    default_value,      consequence};
}

constexpr PragmaSpec boolean(std::string_view name, std::string_view default_value,
                             std::string_view consequence) {
  return {name, ValueKind::Boolean, Unit::None, Scope::Connection, Phase::Session, kBoolean, 0,
          1,    default_value,      consequence};
}

constexpr PragmaSpec integer(std::string_view name, Unit unit, Range range, Scope scope,
                             Phase phase, std::string_view default_value,
                             std::string_view consequence) {
  return {name, ValueKind::Integer, unit,          scope,         phase,
          {},   range.minimum,      range.maximum, default_value, consequence};
}

constexpr PragmaSpec kTable[] = {
    integer("busy_timeout", Unit::Milliseconds, {0, kInt32Max}, Scope::Connection, Phase::Locking,
            "0", "a lock held by another connection fails the operation at once with SQLITE_BUSY"),
    integer("page_size", Unit::Bytes, {512, 65536}, Scope::File, Phase::PageSize, "4096",
            "pages, and with them every WAL frame, have another size than planned"),
    keyword("auto_vacuum", kAutoVacuum, Scope::File, Phase::FileFormat, "NONE",
            "deleted rows leave a file that does not shrink, or commits that move pages"),
    keyword("locking_mode", kLockingMode, Scope::Connection, Phase::FileFormat, "NORMAL",
            "one connection locks all the others out, or gives up locks it was to keep"),
    // Session, not FileFormat: it writes the first page, after which auto_vacuum is ignored.
    integer("application_id", Unit::None, {kInt32Min, kInt32Max}, Scope::File, Phase::Session, "0",
            "tools cannot tell whose file it is"),
    keyword("journal_mode", kJournalMode, Scope::File, Phase::Journal, "DELETE",
            "readers block the writer and the writer blocks readers, and syncs per commit differ"),
    keyword("synchronous", kSynchronous, Scope::Connection, Phase::Session, "FULL",
            "a power cut costs more, or every commit waits for more syncs, than was chosen"),
    integer("cache_size", Unit::PagesOrKibibytes, {kInt32Min + 1, kInt32Max}, Scope::Connection,
            Phase::Session, "-2000", "pages are read from the file again and again"),
    boolean("foreign_keys", "OFF", "orphan rows are stored and nothing cascades"),
    keyword("temp_store", kTempStore, Scope::Connection, Phase::Session, "DEFAULT",
            "sorts and temporary tables go to files"),
    integer("mmap_size", Unit::Bytes, {0, kInt64Max}, Scope::Connection, Phase::Session, "0",
            "reads copy pages by system calls instead of mapping them"),
    integer("wal_autocheckpoint", Unit::Pages, {0, kInt32Max}, Scope::Connection, Phase::Session,
            "1000", "the WAL grows without bound, or commits stop for checkpoints too often"),
    integer("journal_size_limit", Unit::Bytes, {-1, kInt64Max}, Scope::Connection, Phase::Session,
            "-1", "a WAL or journal that grew once keeps its size on disk"),
    boolean("cell_size_check", "OFF", "a damaged page is noticed later, or never"),
    boolean("trusted_schema", "ON", "a hostile schema may call functions with side effects"),
    keyword("secure_delete", kSecureDelete, Scope::Connection, Phase::Session, "OFF",
            "deleted content stays readable in the file, or deletes cost extra writes"),
    integer("analysis_limit", Unit::Rows, {0, kInt32Max}, Scope::Connection, Phase::Session, "0",
            "ANALYZE reads whole indexes"),
    boolean("cache_spill", "ON", "a large transaction takes the exclusive lock early"),
    integer("threads", Unit::Threads, {0, kInt32Max}, Scope::Connection, Phase::Session, "0",
            "sorts use one thread"),
    boolean("read_uncommitted", "OFF", "a shared cache shows uncommitted rows"),
    boolean("recursive_triggers", "OFF", "triggers do not fire from triggers"),
    boolean("automatic_index", "ON", "joins without an index cannot build one"),
    boolean("reverse_unordered_selects", "OFF", "unordered results come in another order"),
    boolean("fullfsync", "OFF", "on macOS a sync stops at the disk's cache"),
    boolean("checkpoint_fullfsync", "OFF",
            "on macOS a checkpoint's sync stops at the disk's cache"),
    boolean("ignore_check_constraints", "OFF", "rows that violate CHECK are stored"),
    boolean("legacy_alter_table", "OFF", "ALTER TABLE RENAME leaves references behind"),
};

}  // namespace

std::span<const PragmaSpec> pragma_table() noexcept { return kTable; }

const PragmaSpec* find_pragma(std::string_view name) noexcept {
  const auto* found = std::ranges::find_if(
      kTable, [&](const PragmaSpec& spec) { return text::equal_ignoring_case(spec.name, name); });
  return found == std::end(kTable) ? nullptr : found;
}

std::string documentation_url(const PragmaSpec& spec) {
  return fmt::format("https://www.sqlite.org/pragma.html#pragma_{}", spec.name);
}

std::string_view to_string(ConnectionKind kind) noexcept {
  switch (kind) {
    case ConnectionKind::SchemaCreation: return "schema-creation";
    case ConnectionKind::ReadWrite: return "read-write";
    case ConnectionKind::ReadOnly: return "read-only";
    case ConnectionKind::InMemory: return "in-memory";
  }
  return "";
}

std::string_view to_string(Unit unit) noexcept {
  switch (unit) {
    case Unit::None: return "";
    case Unit::Milliseconds: return "ms";
    case Unit::Bytes: return "bytes";
    case Unit::Pages: return "pages";
    case Unit::PagesOrKibibytes: return "pages, or KiB when negative";
    case Unit::Threads: return "threads";
    case Unit::Rows: return "rows";
  }
  return "";
}

std::string_view to_string(Scope scope) noexcept {
  return scope == Scope::File ? "file" : "connection";
}

}  // namespace pragmark

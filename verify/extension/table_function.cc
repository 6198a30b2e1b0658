// The table-valued function pragmark_audit(SET [, 'counters']): an eponymous-only virtual table
// (https://www.sqlite.org/vtab.html#epovtab) whose arguments are its hidden columns.
//
// 1. A query makes all its rows in filter(), so that what changes while they are read does not mix.
// 2. No exception leaves a callback: SQLite is C.
// 3. Only top-level SQL may use it (SQLITE_VTAB_DIRECTONLY): a view or trigger of a hostile
//    database could otherwise have it read files, as SET may be a path.
// 4. One copy of this library serves one SQLite. Two of them in a process (one linked into the
//    program, one into a plug-in) would call each other's functions; the second is refused.
#include <cstddef>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sqlite3ext.h>

#include "audit.h"
#include "pragmark/verify/audit_extension.h"

SQLITE_EXTENSION_INIT1

namespace pragmark {
namespace {

constexpr char kName[] = "pragmark_audit";
constexpr int kMinimumVersion = 3037000;

constexpr char kSchema[] =
    "CREATE TABLE x(id TEXT, setting TEXT, claimed TEXT, read_back TEXT, observed TEXT,"
    " verdict TEXT, reason TEXT, consequence TEXT, repair TEXT, documentation TEXT,"
    " pragma_set HIDDEN, counters HIDDEN)";

enum Column {
  kId,
  kSetting,
  kClaimed,
  kReadBack,
  kObserved,
  kVerdict,
  kReason,
  kConsequence,
  kRepair,
  kDocumentation,
  kPragmaSet,
  kCounters,
};

// Bits of idxNum: which arguments filter() gets, in this order.
constexpr int kHasSet = 1;
constexpr int kHasCounters = 2;

struct Table : sqlite3_vtab {
  sqlite3* db;
};

struct Cursor : sqlite3_vtab_cursor {
  std::vector<CheckResult> rows;
  std::size_t at = 0;
};

Cursor& cursor_of(sqlite3_vtab_cursor* cursor) noexcept { return *static_cast<Cursor*>(cursor); }

int fail(Cursor& cursor, const char* message) noexcept {
  sqlite3_free(cursor.pVtab->zErrMsg);
  cursor.pVtab->zErrMsg = sqlite3_mprintf("%s", message);
  return SQLITE_ERROR;
}

int connect(sqlite3* db, void*, int, const char* const*, sqlite3_vtab** table, char**) noexcept {
  const int code = sqlite3_declare_vtab(db, kSchema);
  if (code != SQLITE_OK) return code;
  sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
  auto* made = new (std::nothrow) Table{};
  if (made == nullptr) return SQLITE_NOMEM;
  made->db = db;
  *table = made;
  return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) noexcept {
  delete static_cast<Table*>(table);
  return SQLITE_OK;
}

int best_index(sqlite3_vtab*, sqlite3_index_info* info) noexcept {
  int arguments[] = {-1, -1};  // where the constraint on each hidden column is
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    if (constraint.iColumn < kPragmaSet || constraint.op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
    // An argument that comes from a table which is read later: another plan will do.
    if (constraint.usable == 0) return SQLITE_CONSTRAINT;
    arguments[constraint.iColumn - kPragmaSet] = i;
  }
  int count = 0;
  info->idxNum = 0;
  for (const int bit : {kHasSet, kHasCounters}) {
    const int argument = arguments[bit == kHasSet ? 0 : 1];
    if (argument < 0) continue;
    info->idxNum |= bit;
    info->aConstraintUsage[argument].argvIndex = ++count;
    info->aConstraintUsage[argument].omit = 1;
  }
  constexpr double kRows = 50;
  info->estimatedCost = kRows;
  info->estimatedRows = static_cast<sqlite3_int64>(kRows);
  return SQLITE_OK;
}

int open(sqlite3_vtab*, sqlite3_vtab_cursor** cursor) noexcept {
  *cursor = new (std::nothrow) Cursor{};
  return *cursor == nullptr ? SQLITE_NOMEM : SQLITE_OK;
}

int close(sqlite3_vtab_cursor* cursor) noexcept {
  delete &cursor_of(cursor);
  return SQLITE_OK;
}

std::optional<std::string> text_of(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (text == nullptr) return std::nullopt;
  return std::string(text, static_cast<std::size_t>(sqlite3_value_bytes(value)));
}

int filter(sqlite3_vtab_cursor* base, int has, const char*, int, sqlite3_value** values) noexcept {
  Cursor& cursor = cursor_of(base);
  cursor.rows.clear();
  cursor.at = 0;
  try {
    std::optional<std::string> set;
    std::optional<std::string> counters;
    if ((has & kHasSet) != 0) set = text_of(*values++);
    if ((has & kHasCounters) != 0) counters = text_of(*values);
    if (!set)
      return fail(cursor, "pragmark_audit needs a PRAGMA set: pragmark_audit('production')");
    if (counters && *counters != "counters") {
      return fail(cursor, "pragmark_audit: the second argument is 'counters', or left out");
    }
    cursor.rows = audit_connection(static_cast<Table*>(cursor.pVtab)->db, PragmaSet::parse(*set),
                                   counters ? Counters::Read : Counters::Left);
    return SQLITE_OK;
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  } catch (const std::exception& error) {
    return fail(cursor, error.what());
  }
}

int next(sqlite3_vtab_cursor* cursor) noexcept {
  ++cursor_of(cursor).at;
  return SQLITE_OK;
}

int eof(sqlite3_vtab_cursor* cursor) noexcept {
  return cursor_of(cursor).at >= cursor_of(cursor).rows.size() ? 1 : 0;
}

int rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* row) noexcept {
  *row = static_cast<sqlite3_int64>(cursor_of(cursor).at);
  return SQLITE_OK;
}

void answer(sqlite3_context* context, std::string_view text) noexcept {
  sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

// What is empty is NULL, so that "nothing claimed" and "no repair" can be asked for in SQL.
void answer_or_null(sqlite3_context* context, std::string_view text) noexcept {
  if (!text.empty()) answer(context, text);
}

int column(sqlite3_vtab_cursor* base, sqlite3_context* context, int number) noexcept {
  const Cursor& cursor = cursor_of(base);
  const CheckResult& row = cursor.rows[cursor.at];
  switch (number) {
    case kId: answer(context, row.id); break;
    case kSetting: answer(context, row.setting); break;
    case kClaimed: answer_or_null(context, row.claimed); break;
    case kReadBack:
      if (row.read_back) answer(context, *row.read_back);
      break;
    case kObserved:
      if (row.observed) answer(context, *row.observed);
      break;
    case kVerdict: answer(context, to_string(row.verdict)); break;
    case kReason: answer_or_null(context, row.reason); break;
    case kConsequence: answer_or_null(context, row.consequence); break;
    case kRepair: answer_or_null(context, row.repair); break;
    case kDocumentation: answer_or_null(context, row.documentation); break;
    default: break;  // the arguments: NULL
  }
  return SQLITE_OK;
}

constexpr sqlite3_module kModule = {
    .iVersion = 0,
    .xCreate = nullptr,  // no CREATE VIRTUAL TABLE: the name is the table
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xOpen = open,
    .xClose = close,
    .xFilter = filter,
    .xNext = next,
    .xEof = eof,
    .xColumn = column,
    .xRowid = rowid,
};

}  // namespace
}  // namespace pragmark

extern "C" int sqlite3_pragmarkaudit_init(sqlite3* db, char** error_message,
                                          const sqlite3_api_routines* api) {
#ifndef SQLITE_CORE
  static std::mutex mutex;
  {
    const std::lock_guard lock(mutex);
    if (sqlite3_api == nullptr) sqlite3_api = api;
    if (sqlite3_api != api) {
      *error_message =
          api->mprintf("%s serves another SQLite of this process already", pragmark::kName);
      return SQLITE_ERROR;
    }
  }
#else
  static_cast<void>(api);
#endif
  if (sqlite3_libversion_number() < pragmark::kMinimumVersion) {
    *error_message = sqlite3_mprintf("%s needs SQLite 3.37 or newer, and this is %s",
                                     pragmark::kName, sqlite3_libversion());
    return SQLITE_ERROR;
  }
  return sqlite3_create_module_v2(db, pragmark::kName, &pragmark::kModule, nullptr, nullptr);
}

#include "pragmark/connection.h"

#include <algorithm>

#include <fmt/format.h>
#include <sqlite3.h>

#include "pragmark/assert.h"
#include "pragmark/error.h"

namespace pragmark {
namespace {

constexpr int kFirstVersionWithNoopCheckpoint = 3051000;
constexpr int kCheckpointNoop = -1;  // SQLITE_CHECKPOINT_NOOP, which older headers do not have

std::string database_path(sqlite3* handle) {
  const char* path = sqlite3_db_filename(handle, "main");
  return path == nullptr || *path == '\0' ? ":memory:" : path;
}

int open_flags(ConnectionKind kind) noexcept {
  constexpr int kCommon = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  switch (kind) {
    case ConnectionKind::ReadOnly: return kCommon | SQLITE_OPEN_READONLY;
    case ConnectionKind::ReadWrite: return kCommon | SQLITE_OPEN_READWRITE;
    case ConnectionKind::SchemaCreation:
    case ConnectionKind::InMemory: return kCommon | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  }
  return 0;
}

int sqlite_mode(CheckpointMode mode) noexcept {
  switch (mode) {
    case CheckpointMode::Passive: return SQLITE_CHECKPOINT_PASSIVE;
    case CheckpointMode::Full: return SQLITE_CHECKPOINT_FULL;
    case CheckpointMode::Restart: return SQLITE_CHECKPOINT_RESTART;
    case CheckpointMode::Truncate: return SQLITE_CHECKPOINT_TRUNCATE;
  }
  return SQLITE_CHECKPOINT_PASSIVE;
}

// Connection's reserved slots.
constexpr std::size_t kBegin = 0;
constexpr std::size_t kCommit = 1;
constexpr std::size_t kSavepoint = 2;
constexpr std::size_t kRelease = 3;
constexpr std::size_t kBeginRead = 4;

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

void Statement::fail(int code, std::string_view operation) const {
  sqlite3* handle = sqlite3_db_handle(statement_.get());
  throw Error::sqlite(handle, code, operation, sqlite3_sql(statement_.get()),
                      database_path(handle));
}

void Statement::bind(int index, std::string_view text) {
  // SQLITE_STATIC: the text outlives the step. An empty view may have a null pointer, which would
  // bind NULL instead of ''.
  const char* data = text.data() == nullptr ? "" : text.data();
  const int code =
      sqlite3_bind_text64(statement_.get(), index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) fail(code, "bind text");
}

void Statement::bind(int index, std::int64_t number) {
  const int code = sqlite3_bind_int64(statement_.get(), index, number);
  if (code != SQLITE_OK) fail(code, "bind number");
}

void Statement::bind_null(int index) {
  const int code = sqlite3_bind_null(statement_.get(), index);
  if (code != SQLITE_OK) fail(code, "bind NULL");
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail(code, "run statement");
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

void Statement::reset() noexcept { sqlite3_reset(statement_.get()); }

std::string_view Statement::text(int column) const noexcept {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::int64_t Statement::integer(int column) const noexcept {
  return sqlite3_column_int64(statement_.get(), column);
}

bool Statement::is_null(int column) const noexcept {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

bool Statement::read_only() const noexcept { return sqlite3_stmt_readonly(statement_.get()) != 0; }

void Connection::Close::operator()(sqlite3* handle) const noexcept {
  // close_v2 so that a statement which a caller still holds does not leak the file's locks' owner.
  sqlite3_close_v2(handle);
}

Connection Connection::open(const OpenOptions& options) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(options.path.c_str(), &handle, open_flags(options.kind),
                                   options.vfs.empty() ? nullptr : options.vfs.c_str());
  Connection connection(handle, options);
  if (code != SQLITE_OK) throw Error::sqlite(handle, code, "open", "", options.path);
  if (options.set == nullptr) return connection;
  apply_settings(handle, options.set->settings(), options.kind);
  for (const AppliedSetting& applied :
       compare_settings(handle, options.set->settings(), options.kind)) {
    if (applied.outcome == Applied::Differs) {
      throw Error::setting_refused(applied.setting.spec->name, applied.setting.value,
                                   applied.read_back, applied.reason, options.path);
    }
  }
  return connection;
}

Statement Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, &tail);
  Statement owner(statement);
  if (code != SQLITE_OK) throw Error::sqlite(handle_.get(), code, "prepare", sql, path_);
  // One prepare takes one statement; a second one would silently never run.
  PRAGMARK_ASSERT(statement != nullptr && tail == sql.data() + sql.size());
  return owner;
}

Statement& Connection::keep(std::size_t slot, std::string_view sql) {
  if (slot >= kept_.size()) kept_.resize(slot + 1);
  kept_[slot] = prepare(sql);
  return kept_[slot];
}

void Connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw Error::sqlite(handle_.get(), code, "execute", sql, path_);
}

std::int64_t Connection::changes() const noexcept { return sqlite3_changes64(handle_.get()); }

bool Connection::in_transaction() const noexcept {
  return sqlite3_get_autocommit(handle_.get()) == 0;
}

CheckpointResult Connection::run_checkpoint(int mode) {
  int in_wal = -1;
  int checkpointed = -1;
  const int code = sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, mode, &in_wal, &checkpointed);
  const bool busy = (code & 0xff) == SQLITE_BUSY;
  if (code != SQLITE_OK && !busy) {
    throw Error::sqlite(handle_.get(), code, "checkpoint", "", path_);
  }
  return {.busy = busy, .frames_in_wal = in_wal, .frames_checkpointed = checkpointed};
}

CheckpointResult Connection::checkpoint(CheckpointMode mode) {
  return run_checkpoint(sqlite_mode(mode));
}

CheckpointResult Connection::checkpoint_state() {
  const bool can_look = sqlite3_libversion_number() >= kFirstVersionWithNoopCheckpoint;
  return run_checkpoint(can_look ? kCheckpointNoop : SQLITE_CHECKPOINT_PASSIVE);
}

Transaction::Transaction(Connection& connection) : connection_(connection) {
  Statement& begin = connection_.reserved(kBegin, "BEGIN IMMEDIATE");
  const ResetAtExit reset(begin);
  begin.run();
}

void Transaction::commit() {
  PRAGMARK_ASSERT(state_ == State::Open);
  Statement& commit = connection_.reserved(kCommit, "COMMIT");
  const ResetAtExit reset(commit);
  commit.run();
  state_ = State::Committed;
}

Transaction::~Transaction() {
  if (state_ != State::Open) return;
  state_ = State::RolledBack;
  // SQLite rolls back by itself on some errors (SQLITE_FULL, SQLITE_IOERR); then there is nothing
  // to do. A rollback that fails leaves the transaction to the next open, which recovers it.
  if (!connection_.in_transaction()) return;
  sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

ReadTransaction::ReadTransaction(Connection& connection) : connection_(connection) {
  Statement& begin = connection_.reserved(kBeginRead, "BEGIN");
  const ResetAtExit reset(begin);
  begin.run();
}

ReadTransaction::~ReadTransaction() {
  if (!connection_.in_transaction()) return;
  sqlite3_exec(connection_.handle(), "COMMIT", nullptr, nullptr, nullptr);
}

Savepoint::Savepoint(Connection& connection) : connection_(connection) {
  PRAGMARK_ASSERT(connection_.in_transaction());
  Statement& begin = connection_.reserved(kSavepoint, "SAVEPOINT operation");
  const ResetAtExit reset(begin);
  begin.run();
}

void Savepoint::release() {
  PRAGMARK_ASSERT(state_ == State::Open);
  Statement& release = connection_.reserved(kRelease, "RELEASE operation");
  const ResetAtExit reset(release);
  release.run();
  state_ = State::Released;
}

bool Savepoint::undo() noexcept {
  if (state_ == State::Open) {
    state_ = State::Undone;
    if (connection_.in_transaction()) {
      const int code =
          sqlite3_exec(connection_.handle(), "ROLLBACK TO operation; RELEASE operation", nullptr,
                       nullptr, nullptr);
      // What cannot be undone alone must not be committed with the rest.
      if (code != SQLITE_OK) {
        sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
      }
    }
  }
  return connection_.in_transaction();
}

Savepoint::~Savepoint() { static_cast<void>(undo()); }

}  // namespace pragmark

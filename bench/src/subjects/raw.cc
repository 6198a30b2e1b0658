#include "raw.h"

#include <utility>

#include <sqlite3.h>

#include "pragmark/assert.h"
#include "pragmark/statements.h"
#include "subjects.h"

namespace pragmark {
namespace {

// Ends the statement first, so that it holds no lock while the error travels.
[[noreturn]] void fail(sqlite3_stmt* statement, int code, const char* operation) {
  sqlite3* handle = sqlite3_db_handle(statement);
  const char* path = sqlite3_db_filename(handle, "main");
  const Error error = Error::sqlite(handle, code, operation, sqlite3_sql(statement), path);
  sqlite3_reset(statement);
  throw Error(error);
}

int bind_text(sqlite3_stmt* statement, int index, const std::string& text) noexcept {
  return sqlite3_bind_text(statement, index, text.data(), static_cast<int>(text.size()),
                           SQLITE_STATIC);
}

void load_text(sqlite3_stmt* statement, int column, std::string& into) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  into.assign(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
}

Timestamp time_of(std::int64_t milliseconds) noexcept {
  return Timestamp(std::chrono::milliseconds(milliseconds));
}

void load(sqlite3_stmt* row, Topic& into) {
  load_text(row, 0, into.id);
  load_text(row, 1, into.title);
  load_text(row, 2, into.description);
  load_text(row, 3, into.status);
  into.priority = sqlite3_column_int64(row, 4);
  load_text(row, 5, into.language);
  load_text(row, 6, into.domain);
  if (sqlite3_column_type(row, 7) == SQLITE_NULL) {
    into.research_report.reset();
  } else {
    if (!into.research_report) into.research_report.emplace();
    load_text(row, 7, *into.research_report);
  }
  into.created_at = time_of(sqlite3_column_int64(row, 8));
  into.updated_at = time_of(sqlite3_column_int64(row, 9));
}

// Returns the first code that is not SQLITE_OK.
int bind(sqlite3_stmt* to, const Topic& topic) noexcept {
  int first = SQLITE_OK;
  const auto look_at = [&](int code) {
    if (first == SQLITE_OK) first = code;
  };
  look_at(bind_text(to, 1, topic.id));
  look_at(bind_text(to, 2, topic.title));
  look_at(bind_text(to, 3, topic.description));
  look_at(bind_text(to, 4, topic.status));
  look_at(sqlite3_bind_int64(to, 5, topic.priority));
  look_at(bind_text(to, 6, topic.language));
  look_at(bind_text(to, 7, topic.domain));
  look_at(topic.research_report ? bind_text(to, 8, *topic.research_report)
                                : sqlite3_bind_null(to, 8));
  look_at(sqlite3_bind_int64(to, 9, topic.created_at.time_since_epoch().count()));
  look_at(sqlite3_bind_int64(to, 10, topic.updated_at.time_since_epoch().count()));
  return first;
}

void run(sqlite3_stmt* statement, const char* operation) {
  const int code = sqlite3_step(statement);
  if (code != SQLITE_DONE) fail(statement, code, operation);
  sqlite3_reset(statement);
}

}  // namespace

void Raw::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Raw::Handle Raw::prepared(const Connection& connection, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection.handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    throw Error::sqlite(connection.handle(), code, "prepare", sql, connection.path());
  }
  return Handle(statement);
}

std::unique_ptr<Raw::State> Raw::open() const {
  const auto opened = [this](ConnectionKind kind) {
    return Connection::open(
        {.path = options().path, .kind = kind, .set = &options().set, .vfs = options().vfs});
  };
  auto state = std::make_unique<State>(State{.reader = opened(ConnectionKind::ReadOnly),
                                             .writer = opened(ConnectionKind::ReadWrite)});
  const TopicStatements sql = topic_statements();
  state->get = prepared(state->reader, sql.get);
  state->begin = prepared(state->writer, "BEGIN IMMEDIATE");
  state->insert = prepared(state->writer, sql.insert);
  state->commit = prepared(state->writer, "COMMIT");
  // load() and bind() count columns by hand.
  PRAGMARK_ASSERT(sqlite3_column_count(state->get.get()) == kTopicColumns);
  PRAGMARK_ASSERT(sqlite3_bind_parameter_count(state->insert.get()) == kTopicColumns);
  return state;
}

bool Raw::read_once(const State& mine, std::string_view id, Topic& into) {
  sqlite3_stmt* get = mine.get.get();
  int code = sqlite3_bind_text(get, 1, id.data(), static_cast<int>(id.size()), SQLITE_STATIC);
  if (code != SQLITE_OK) fail(get, code, "bind the id");
  code = sqlite3_step(get);
  if (code == SQLITE_ROW) {
    load(get, into);
  } else if (code != SQLITE_DONE) {
    fail(get, code, "read a topic");
  }
  sqlite3_reset(get);
  return code == SQLITE_ROW;
}

bool Raw::read(std::string_view id, Topic& into) {
  State& mine = this->mine();
  return read_recovering([&] { return read_once(mine, id, into); },
                         [&] { mine.writer.execute(kRecoverySql); });
}

void Raw::insert(const State& mine, const Topic& topic) {
  sqlite3_stmt* insert = mine.insert.get();
  if (const int code = bind(insert, topic); code != SQLITE_OK) fail(insert, code, "bind a topic");
  run(insert, "insert a topic");
  run(mine.commit.get(), "commit");
}

void Raw::write(const Topic& topic) {
  State& mine = this->mine();
  run(mine.begin.get(), "begin");
  try {
    insert(mine, topic);
  } catch (...) {
    // SQLite rolls back by itself on some errors; then there is nothing to do.
    sqlite3* handle = mine.writer.handle();
    if (sqlite3_get_autocommit(handle) == 0) {
      sqlite3_exec(handle, "ROLLBACK", nullptr, nullptr, nullptr);
    }
    throw;
  }
}

std::unique_ptr<Subject> make_raw(const SubjectOptions& options) {
  return std::make_unique<Raw>(options);
}

}  // namespace pragmark

// sqlitecpp: the store as a good user of SQLiteCpp (https://github.com/SRombauts/SQLiteCpp) writes
// it: per thread two connections, statements prepared once, text bound without a copy, the
// library's own transaction class with IMMEDIATE.
#include <SQLiteCpp/SQLiteCpp.h>

#include <type_traits>
#include <utility>

#include <sqlite3.h>

#include "baseline.h"
#include "pragmark/statements.h"
#include "subjects.h"

namespace pragmark {
namespace {

struct State {
  SQLite::Database reader;
  SQLite::Database writer;
  SQLite::Statement get;
  SQLite::Statement insert;
  std::string id;  // SQLiteCpp binds strings, and requests have views
};

// So that a statement holds no lock between requests.
class ResetStatement {
 public:
  explicit ResetStatement(SQLite::Statement& statement) noexcept : statement_(statement) {}
  ~ResetStatement() { statement_.tryReset(); }
  ResetStatement(const ResetStatement&) = delete;
  ResetStatement& operator=(const ResetStatement&) = delete;

 private:
  SQLite::Statement& statement_;
};

void load_text(const SQLite::Column& column, std::string& into) {
  const char* text = column.getText();
  into.assign(text, static_cast<std::size_t>(column.getBytes()));
}

Timestamp time_of(const SQLite::Column& column) {
  return Timestamp(std::chrono::milliseconds(column.getInt64()));
}

void load(SQLite::Statement& row, Topic& into) {
  load_text(row.getColumn(0), into.id);
  load_text(row.getColumn(1), into.title);
  load_text(row.getColumn(2), into.description);
  load_text(row.getColumn(3), into.status);
  into.priority = row.getColumn(4).getInt64();
  load_text(row.getColumn(5), into.language);
  load_text(row.getColumn(6), into.domain);
  if (row.isColumnNull(7)) {
    into.research_report.reset();
  } else {
    if (!into.research_report) into.research_report.emplace();
    load_text(row.getColumn(7), *into.research_report);
  }
  into.created_at = time_of(row.getColumn(8));
  into.updated_at = time_of(row.getColumn(9));
}

void bind(SQLite::Statement& to, const Topic& topic) {
  to.bindNoCopy(1, topic.id);
  to.bindNoCopy(2, topic.title);
  to.bindNoCopy(3, topic.description);
  to.bindNoCopy(4, topic.status);
  to.bind(5, topic.priority);
  to.bindNoCopy(6, topic.language);
  to.bindNoCopy(7, topic.domain);
  if (topic.research_report) {
    to.bindNoCopy(8, *topic.research_report);
  } else {
    to.bind(8);
  }
  to.bind(9, std::int64_t{topic.created_at.time_since_epoch().count()});
  to.bind(10, std::int64_t{topic.updated_at.time_since_epoch().count()});
}

class SqliteCpp final : public Baseline {
 public:
  explicit SqliteCpp(SubjectOptions options) : Baseline(std::move(options)) {
    SQLite::Database memory(":memory:");
    require_same_sqlite("SQLiteCpp", memory.execAndGet(kSourceIdSql).getString());
  }

  void warm_up() override { static_cast<void>(mine()); }

  bool read(std::string_view id, Topic& into) override {
    State& mine = this->mine();
    return read_recovering(
        [&] { return translated("read a topic", [&] { return read_once(mine, id, into); }); },
        [&] { translated("recover", [&] { return mine.writer.exec(kRecoverySql); }); });
  }

  void write(const Topic& topic) override {
    State& mine = this->mine();
    translated("insert a topic", [&] {
      SQLite::Transaction transaction(mine.writer, SQLite::TransactionBehavior::IMMEDIATE);
      {
        const ResetStatement reset(mine.insert);
        bind(mine.insert, topic);
        mine.insert.exec();
      }
      transaction.commit();
      return true;
    });
  }

 private:
  static bool read_once(State& mine, std::string_view id, Topic& into) {
    const ResetStatement reset(mine.get);
    mine.id.assign(id);
    mine.get.bindNoCopy(1, mine.id);
    if (!mine.get.executeStep()) return false;
    load(mine.get, into);
    return true;
  }

  // What the library throws as an Error, so that the harness knows lock contention when it sees it.
  template <typename Work>
  std::invoke_result_t<Work> translated(const char* operation, Work work) const {
    try {
      return work();
    } catch (const SQLite::Exception& error) {
      throw Error::sqlite(nullptr, error.getExtendedErrorCode(), operation, "", options().path);
    }
  }

  State& mine() {
    return states_.mine([this] { return translated("open", [this] { return open(); }); });
  }

  [[nodiscard]] SQLite::Database opened(int flags, ConnectionKind kind) const {
    SQLite::Database database(options().path, flags | SQLite::OPEN_NOMUTEX, 0, options().vfs);
    apply_and_prove(database.getHandle(), kind);
    return database;
  }

  [[nodiscard]] std::unique_ptr<State> open() const {
    SQLite::Database reader = opened(SQLite::OPEN_READONLY, ConnectionKind::ReadOnly);
    SQLite::Database writer = opened(SQLite::OPEN_READWRITE, ConnectionKind::ReadWrite);
    const TopicStatements sql = topic_statements();
    SQLite::Statement get(reader, std::string(sql.get));
    SQLite::Statement insert(writer, std::string(sql.insert));
    return std::make_unique<State>(State{.reader = std::move(reader),
                                         .writer = std::move(writer),
                                         .get = std::move(get),
                                         .insert = std::move(insert)});
  }

  StatePerThread<State> states_;
};

}  // namespace

std::unique_ptr<Subject> make_sqlitecpp(const SubjectOptions& options) {
  return std::make_unique<SqliteCpp>(options);
}

}  // namespace pragmark

#include "pragmark/store.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <sqlite3.h>

#include "backup.h"
#include "pragmark/schema.h"
#include "queries.h"
#include "record_traits.h"

namespace pragmark {
namespace {

using queries::Action;
using queries::Query;

Statement& kept(Connection& connection, const Query& query) {
  return connection.kept(query.slot, query.sql);
}

void check_limit(std::int64_t limit) {
  if (limit <= 0) {
    throw Error::usage(fmt::format("limit {}: a list takes a positive number of rows", limit));
  }
}

// Refuses a database that is not ours before any connection that could change it is opened.
void refuse_foreign(const StoreOptions& options) {
  if (options.path.empty()) {
    throw Error::usage("an empty path: give the database's file, or :memory:");
  }
  std::error_code ignored;
  const bool in_memory = options.path == ":memory:";
  const auto bytes = in_memory ? 0 : std::filesystem::file_size(options.path, ignored);
  if (in_memory || ignored || bytes == 0) return;
  Connection connection = Connection::open(
      {.path = options.path, .kind = ConnectionKind::ReadOnly, .vfs = options.vfs});
  static_cast<void>(has_schema(connection));
}

// A writer that died left a journal to be rolled back, which a read-only connection may not do. The
// first read of a read-write connection does it.
bool needs_recovery(const Error& error) noexcept {
  return error.extended_code() == SQLITE_READONLY_ROLLBACK ||
         error.extended_code() == SQLITE_READONLY_RECOVERY;
}

// Every word becomes an FTS5 string, in which no character has a meaning but the quote.
std::string quoted_words(std::string_view words) {
  constexpr std::string_view kSpace(" \t\r\n\f\v\0", 7);
  std::string expression;
  for (std::size_t begin = 0; (begin = words.find_first_not_of(kSpace, begin)) != words.npos;) {
    const std::size_t end = std::min(words.find_first_of(kSpace, begin), words.size());
    expression += expression.empty() ? "\"" : " \"";
    for (const char c : words.substr(begin, end - begin)) expression.append(c == '"' ? 2 : 1, c);
    expression += '"';
    begin = end;
  }
  return expression;
}

template <Record T>
std::vector<T> load_rows(Statement& statement) {
  std::vector<T> rows;
  while (statement.step()) load_row(statement, rows.emplace_back());
  return rows;
}

template <typename Key>
Statement& bind_list(Connection& connection, queries::List list, Key key,
                     const ListOptions& options) {
  Statement& statement = kept(connection, queries::list(list, options.order));
  statement.bind(1, key);
  statement.bind(2, options.limit);
  return statement;
}

template <Record T, typename Key>
std::vector<T> rows_of(Connection& connection, queries::List list, Key key,
                       const ListOptions& options) {
  Statement& statement = bind_list(connection, list, key, options);
  const ResetAtExit reset(statement);
  return load_rows<T>(statement);
}

template <Record T, Action action>
void run_with_row(Connection& connection, const T& row) {
  Statement& statement = kept(connection, queries::on<T, action>());
  const ResetAtExit reset(statement);
  bind_row(statement, row);
  statement.run();
}

template <Record T>
bool load_by_id(Connection& connection, std::string_view id, T& into) {
  Statement& statement = kept(connection, queries::on<T, Action::Get>());
  const ResetAtExit reset(statement);
  statement.bind(1, id);
  if (!statement.step()) return false;
  load_row(statement, into);
  return true;
}

}  // namespace

template <Record T>
void Writer::insert(const T& row) {
  run_with_row<T, Action::Insert>(connection_, row);
}

template <Record T>
bool Writer::update(const T& row) {
  run_with_row<T, Action::Update>(connection_, row);
  return connection_.changes() > 0;
}

template <Record T>
void Writer::upsert(const T& row) {
  run_with_row<T, Action::Upsert>(connection_, row);
}

template <Record T>
bool Writer::remove(std::string_view id) {
  Statement& statement = kept(connection_, queries::on<T, Action::Remove>());
  const ResetAtExit reset(statement);
  statement.bind(1, id);
  statement.run();
  return connection_.changes() > 0;
}

Store::Store(const StoreOptions& options) {
  refuse_foreign(options);
  strategy_ = make_strategy(options.strategy, {options.path, options.set, options.vfs});
  Connector& connector = strategy_->connector();
  if (connector.in_memory()) {
    strategy_->maintain([](Connection& connection) { create_schema(connection); });
  } else {
    Connection connection = connector.open(ConnectionKind::SchemaCreation);
    create_schema(connection);
  }
}

Store::~Store() = default;

void Store::count_contention(const Error& error) noexcept {
  contention_[static_cast<std::size_t>(error.contention())].fetch_add(1,
                                                                      std::memory_order_relaxed);
}

void Store::read(Strategy::Operation operation) {
  try {
    try {
      strategy_->read(operation);
    } catch (const Error& error) {
      if (!needs_recovery(error)) throw;
      strategy_->maintain([](Connection& writer) {
        writer.execute("SELECT count(*) FROM sqlite_schema");
      });
      strategy_->read(operation);
    }
  } catch (const Error& error) {
    count_contention(error);
    throw;
  }
}

void Store::write(Strategy::Operation operation) {
  try {
    strategy_->write(operation);
  } catch (const Error& error) {
    count_contention(error);
    throw;
  }
}

ContentionCounts Store::contention() const noexcept {
  const auto count = [&](Contention contention) {
    return contention_[static_cast<std::size_t>(contention)].load(std::memory_order_relaxed);
  };
  return {.busy = count(Contention::Busy),
          .busy_snapshot = count(Contention::BusySnapshot),
          .busy_recovery = count(Contention::BusyRecovery),
          .locked = count(Contention::Locked)};
}

bool Store::get_topic(std::string_view id, Topic& into) {
  bool found = false;
  read([&](Connection& connection) { found = load_by_id(connection, id, into); });
  return found;
}

std::optional<Topic> Store::get_topic(std::string_view id) {
  std::optional<Topic> topic(std::in_place);
  if (!get_topic(id, *topic)) topic.reset();
  return topic;
}

std::optional<Document> Store::get_document(std::string_view id) {
  std::optional<Document> document;
  read([&](Connection& connection) {
    if (!load_by_id(connection, id, document.emplace())) document.reset();
  });
  return document;
}

std::vector<Document> Store::documents_by_status(std::string_view status,
                                                 const ListOptions& options) {
  check_limit(options.limit);
  std::vector<Document> rows;
  read([&](Connection& c) {
    rows = rows_of<Document>(c, queries::List::DocumentsByStatus, status, options);
  });
  return rows;
}

std::vector<Document> Store::documents_by_language(std::string_view language,
                                                   const ListOptions& options) {
  check_limit(options.limit);
  std::vector<Document> rows;
  read([&](Connection& c) {
    rows = rows_of<Document>(c, queries::List::DocumentsByLanguage, language, options);
  });
  return rows;
}

std::optional<Document> Store::find_duplicate_by_hash(std::string_view content_hash) {
  std::optional<Document> document;
  read([&](Connection& connection) {
    Statement& statement = kept(connection, queries::duplicate_by_hash());
    const ResetAtExit reset(statement);
    statement.bind(1, content_hash);
    if (statement.step()) load_row(statement, document.emplace());
  });
  return document;
}

std::vector<Document> Store::search_documents(std::string_view words, std::int64_t limit) {
  check_limit(limit);
  const std::string expression = quoted_words(words);
  std::vector<Document> rows;
  if (expression.empty()) return rows;
  read([&](Connection& connection) {
    Statement& statement = kept(connection, queries::search_documents());
    const ResetAtExit reset(statement);
    statement.bind(1, std::string_view(expression));
    statement.bind(2, limit);
    rows = load_rows<Document>(statement);
  });
  return rows;
}

std::vector<Topic> Store::topics_by_status(std::string_view status, const ListOptions& options) {
  check_limit(options.limit);
  std::vector<Topic> rows;
  read([&](Connection& c) {
    rows = rows_of<Topic>(c, queries::List::TopicsByStatus, status, options);
  });
  return rows;
}

std::vector<Topic> Store::topics_by_priority(std::int64_t priority, const ListOptions& options) {
  check_limit(options.limit);
  std::vector<Topic> rows;
  read([&](Connection& c) {
    rows = rows_of<Topic>(c, queries::List::TopicsByPriority, priority, options);
  });
  return rows;
}

std::vector<TopicPost> Store::posts_of_topic(std::string_view topic_id,
                                             const ListOptions& options) {
  check_limit(options.limit);
  std::vector<TopicPost> posts;
  read([&](Connection& connection) {
    Statement& statement =
        bind_list(connection, queries::List::PostsOfTopic, topic_id, options);
    const ResetAtExit reset(statement);
    while (statement.step()) {
      TopicPost& post = posts.emplace_back();
      const int next = load_row(statement, post.post);
      post.topic_title = statement.text(next);
      post.social_posts = statement.integer(next + 1);
    }
  });
  return posts;
}

std::vector<HistoryEntry> Store::content_history(std::string_view topic_id,
                                                 const ListOptions& options) {
  check_limit(options.limit);
  std::vector<HistoryEntry> entries;
  read([&](Connection& connection) {
    Statement& statement =
        bind_list(connection, queries::List::ContentHistory, topic_id, options);
    const ResetAtExit reset(statement);
    while (statement.step()) {
      HistoryEntry& entry = entries.emplace_back();
      entry.kind = static_cast<HistoryEntry::Kind>(statement.integer(0));
      entry.id = statement.text(1);
      entry.label = statement.text(2);
      entry.status = statement.text(3);
      load_field(statement, 4, entry.created_at);
    }
  });
  return entries;
}

std::optional<std::string> Store::cached_research(std::string_view topic_id,
                                                  Timestamp not_before) {
  std::optional<std::string> report;
  read([&](Connection& connection) {
    Statement& statement = kept(connection, queries::cached_research());
    const ResetAtExit reset(statement);
    statement.bind(1, topic_id);
    statement.bind(2, std::int64_t{not_before.time_since_epoch().count()});
    if (statement.step()) report.emplace(statement.text(0));
  });
  return report;
}

template <Record T>
std::int64_t Store::count() {
  std::int64_t rows = 0;
  read([&](Connection& connection) {
    Statement& statement = kept(connection, queries::on<T, Action::Count>());
    const ResetAtExit reset(statement);
    if (statement.step()) rows = statement.integer(0);
  });
  return rows;
}

template <Record T>
void Store::insert(const T& row) {
  write([&](Connection& connection) { Writer(connection).insert(row); });
}

template <Record T>
bool Store::update(const T& row) {
  bool found = false;
  write([&](Connection& connection) { found = Writer(connection).update(row); });
  return found;
}

template <Record T>
void Store::upsert(const T& row) {
  write([&](Connection& connection) { Writer(connection).upsert(row); });
}

template <Record T>
bool Store::remove(std::string_view id) {
  bool found = false;
  write([&](Connection& connection) { found = Writer(connection).template remove<T>(id); });
  return found;
}

void Store::batch(FunctionRef<void(Writer&)> work) {
  write([&](Connection& connection) {
    Writer writer(connection);
    work(writer);
  });
}

CheckpointResult Store::checkpoint(CheckpointMode mode) {
  CheckpointResult result{};
  strategy_->maintain([&](Connection& connection) { result = connection.checkpoint(mode); });
  return result;
}

WalHealth Store::wal_health() {
  WalHealth health{};
  strategy_->maintain([&](Connection& connection) {
    health.checkpoint = connection.checkpoint_state();
  });
  std::error_code none;
  const auto bytes =
      std::filesystem::file_size(strategy_->connector().database().path + "-wal", none);
  health.file_bytes = none ? 0 : static_cast<std::int64_t>(bytes);
  return health;
}

void Store::backup(const std::filesystem::path& target, const BackupOptions& options) {
  Connector& connector = strategy_->connector();
  if (connector.in_memory()) {
    strategy_->maintain(
        [&](Connection& connection) { write_backup(connection, target, options); });
  } else {
    Connection source = connector.open(ConnectionKind::ReadOnly);
    write_backup(source, target, options);
  }
}

std::vector<std::string> Store::check() {
  std::vector<std::string> findings;
  read([&](Connection& connection) {
    findings = integrity_check(connection.handle());
    for (std::string& finding : foreign_key_check(connection.handle())) {
      findings.push_back(std::move(finding));
    }
  });
  return findings;
}

void Store::warm_up() { strategy_->warm_up(); }

std::uint64_t Store::connections_opened() noexcept { return strategy_->connector().opened(); }

#define PRAGMARK_INSTANTIATE(T)                   \
  template void Writer::insert(const T&);         \
  template bool Writer::update(const T&);         \
  template void Writer::upsert(const T&);         \
  template bool Writer::remove<T>(std::string_view); \
  template std::int64_t Store::count<T>();        \
  template void Store::insert(const T&);          \
  template bool Store::update(const T&);          \
  template void Store::upsert(const T&);          \
  template bool Store::remove<T>(std::string_view)

PRAGMARK_INSTANTIATE(Document);
PRAGMARK_INSTANTIATE(Topic);
PRAGMARK_INSTANTIATE(BlogPost);
PRAGMARK_INSTANTIATE(SocialPost);

}  // namespace pragmark

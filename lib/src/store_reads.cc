// The store's reads.
#include <algorithm>

#include <fmt/format.h>

#include "pragmark/store.h"
#include "queries.h"
#include "record_traits.h"

namespace pragmark {
namespace {

using queries::Action;
using queries::prepared;

void check_limit(std::int64_t limit) {
  if (limit <= 0) {
    throw Error::usage(fmt::format("limit {}: a list takes a positive number of rows", limit));
  }
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
  Statement& statement = prepared(connection, queries::list(list, options.order));
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

template <Record T>
bool load_by_id(Connection& connection, std::string_view id, T& into) {
  Statement& statement = prepared(connection, queries::on<T, Action::Get>());
  const ResetAtExit reset(statement);
  statement.bind(1, id);
  if (!statement.step()) return false;
  load_row(statement, into);
  return true;
}

}  // namespace

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
    Statement& statement = prepared(connection, queries::duplicate_by_hash());
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
    Statement& statement = prepared(connection, queries::search_documents());
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
    Statement& statement = bind_list(connection, queries::List::PostsOfTopic, topic_id, options);
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
    Statement& statement = bind_list(connection, queries::List::ContentHistory, topic_id, options);
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

std::optional<std::string> Store::cached_research(std::string_view topic_id, Timestamp not_before) {
  std::optional<std::string> report;
  read([&](Connection& connection) {
    Statement& statement = prepared(connection, queries::cached_research());
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
    Statement& statement = prepared(connection, queries::on<T, Action::Count>());
    const ResetAtExit reset(statement);
    if (statement.step()) rows = statement.integer(0);
  });
  return rows;
}

template std::int64_t Store::count<Document>();
template std::int64_t Store::count<Topic>();
template std::int64_t Store::count<BlogPost>();
template std::int64_t Store::count<SocialPost>();

}  // namespace pragmark

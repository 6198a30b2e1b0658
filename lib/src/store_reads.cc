// The store's reads: those of a Reader, and each as a request of its own.
#include <algorithm>
#include <type_traits>

#include <fmt/format.h>

#include "pragmark/store.h"
#include "queries.h"
#include "record_traits.h"

namespace pragmark {
namespace {

using queries::Action;
using queries::List;
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
Statement& bind_list(Connection& connection, List list, Key key, const ListOptions& options) {
  check_limit(options.limit);
  Statement& statement = prepared(connection, queries::list(list, options.order));
  statement.bind(1, key);
  statement.bind(2, options.limit);
  return statement;
}

template <Record T, typename Key>
std::vector<T> rows_of(Connection& connection, List list, Key key, const ListOptions& options) {
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

bool Reader::get_topic(std::string_view id, Topic& into) {
  return load_by_id(connection_, id, into);
}

std::optional<Topic> Reader::get_topic(std::string_view id) {
  std::optional<Topic> topic(std::in_place);
  if (!get_topic(id, *topic)) topic.reset();
  return topic;
}

std::optional<Document> Reader::get_document(std::string_view id) {
  std::optional<Document> document(std::in_place);
  if (!load_by_id(connection_, id, *document)) document.reset();
  return document;
}

std::vector<Document> Reader::documents_by_status(std::string_view status,
                                                  const ListOptions& options) {
  return rows_of<Document>(connection_, List::DocumentsByStatus, status, options);
}

std::vector<Document> Reader::documents_by_language(std::string_view language,
                                                    const ListOptions& options) {
  return rows_of<Document>(connection_, List::DocumentsByLanguage, language, options);
}

std::optional<Document> Reader::find_duplicate_by_hash(std::string_view content_hash) {
  Statement& statement = prepared(connection_, queries::duplicate_by_hash());
  const ResetAtExit reset(statement);
  statement.bind(1, content_hash);
  std::optional<Document> document;
  if (statement.step()) load_row(statement, document.emplace());
  return document;
}

std::vector<Document> Reader::search_documents(std::string_view words, std::int64_t limit) {
  check_limit(limit);
  const std::string expression = quoted_words(words);
  if (expression.empty()) return {};
  Statement& statement = prepared(connection_, queries::search_documents());
  const ResetAtExit reset(statement);
  statement.bind(1, std::string_view(expression));
  statement.bind(2, limit);
  return load_rows<Document>(statement);
}

std::vector<Topic> Reader::topics_by_status(std::string_view status, const ListOptions& options) {
  return rows_of<Topic>(connection_, List::TopicsByStatus, status, options);
}

std::vector<Topic> Reader::topics_by_priority(std::int64_t priority, const ListOptions& options) {
  return rows_of<Topic>(connection_, List::TopicsByPriority, priority, options);
}

std::vector<TopicPost> Reader::posts_of_topic(std::string_view topic_id,
                                              const ListOptions& options) {
  Statement& statement = bind_list(connection_, List::PostsOfTopic, topic_id, options);
  const ResetAtExit reset(statement);
  std::vector<TopicPost> posts;
  while (statement.step()) {
    TopicPost& post = posts.emplace_back();
    const int next = load_row(statement, post.post);
    post.topic_title = statement.text(next);
    post.social_posts = statement.integer(next + 1);
  }
  return posts;
}

std::vector<HistoryEntry> Reader::content_history(std::string_view topic_id,
                                                  const ListOptions& options) {
  Statement& statement = bind_list(connection_, List::ContentHistory, topic_id, options);
  const ResetAtExit reset(statement);
  std::vector<HistoryEntry> entries;
  while (statement.step()) {
    HistoryEntry& entry = entries.emplace_back();
    entry.kind = static_cast<HistoryEntry::Kind>(statement.integer(0));
    entry.id = statement.text(1);
    entry.label = statement.text(2);
    entry.status = statement.text(3);
    load_field(statement.handle(), 4, entry.created_at);
  }
  return entries;
}

std::optional<std::string> Reader::cached_research(std::string_view topic_id,
                                                   Timestamp not_before) {
  Statement& statement = prepared(connection_, queries::cached_research());
  const ResetAtExit reset(statement);
  statement.bind(1, topic_id);
  statement.bind(2, std::int64_t{not_before.time_since_epoch().count()});
  std::optional<std::string> report;
  if (statement.step()) report.emplace(statement.text(0));
  return report;
}

template <Record T>
std::int64_t Reader::count() {
  Statement& statement = prepared(connection_, queries::on<T, Action::Count>());
  const ResetAtExit reset(statement);
  return statement.step() ? statement.integer(0) : 0;
}

// A read of the store is a request with one read in it.
template <typename Work>
auto Store::reading(Work work) {
  std::invoke_result_t<Work, Reader&> result{};
  read([&](Connection& connection) {
    Reader reader(connection);
    result = work(reader);
  });
  return result;
}

void Store::snapshot(FunctionRef<void(Reader&)> work) {
  read([&](Connection& connection) {
    const ReadTransaction transaction(connection);
    Reader reader(connection);
    work(reader);
  });
}

bool Store::get_topic(std::string_view id, Topic& into) {
  return reading([&](Reader& reader) { return reader.get_topic(id, into); });
}

std::optional<Topic> Store::get_topic(std::string_view id) {
  return reading([&](Reader& reader) { return reader.get_topic(id); });
}

std::optional<Document> Store::get_document(std::string_view id) {
  return reading([&](Reader& reader) { return reader.get_document(id); });
}

std::vector<Document> Store::documents_by_status(std::string_view status,
                                                 const ListOptions& options) {
  return reading([&](Reader& reader) { return reader.documents_by_status(status, options); });
}

std::vector<Document> Store::documents_by_language(std::string_view language,
                                                   const ListOptions& options) {
  return reading([&](Reader& reader) { return reader.documents_by_language(language, options); });
}

std::optional<Document> Store::find_duplicate_by_hash(std::string_view content_hash) {
  return reading([&](Reader& reader) { return reader.find_duplicate_by_hash(content_hash); });
}

std::vector<Document> Store::search_documents(std::string_view words, std::int64_t limit) {
  return reading([&](Reader& reader) { return reader.search_documents(words, limit); });
}

std::vector<Topic> Store::topics_by_status(std::string_view status, const ListOptions& options) {
  return reading([&](Reader& reader) { return reader.topics_by_status(status, options); });
}

std::vector<Topic> Store::topics_by_priority(std::int64_t priority, const ListOptions& options) {
  return reading([&](Reader& reader) { return reader.topics_by_priority(priority, options); });
}

std::vector<TopicPost> Store::posts_of_topic(std::string_view topic_id,
                                             const ListOptions& options) {
  return reading([&](Reader& reader) { return reader.posts_of_topic(topic_id, options); });
}

std::vector<HistoryEntry> Store::content_history(std::string_view topic_id,
                                                 const ListOptions& options) {
  return reading([&](Reader& reader) { return reader.content_history(topic_id, options); });
}

std::optional<std::string> Store::cached_research(std::string_view topic_id, Timestamp not_before) {
  return reading([&](Reader& reader) { return reader.cached_research(topic_id, not_before); });
}

template <Record T>
std::int64_t Store::count() {
  return reading([](Reader& reader) { return reader.count<T>(); });
}

#define PRAGMARK_INSTANTIATE(T)             \
  template std::int64_t Reader::count<T>(); \
  template std::int64_t Store::count<T>()

PRAGMARK_INSTANTIATE(Document);
PRAGMARK_INSTANTIATE(Topic);
PRAGMARK_INSTANTIATE(BlogPost);
PRAGMARK_INSTANTIATE(SocialPost);

}  // namespace pragmark

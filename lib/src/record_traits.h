// How each record maps to its table: written once, used for every statement, binding and load.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "pragmark/connection.h"
#include "pragmark/records.h"

namespace pragmark {

// RecordTraits<T>::kTable is the table's name; for_each_field(row, f) calls f(column, member) for
// every field, in the order of the columns in statements; the id comes first.
template <Record T>
struct RecordTraits;

template <>
struct RecordTraits<Document> {
  static constexpr std::string_view kTable = "documents";
  static constexpr std::size_t kIndex = 0;
  template <typename Row, typename F>
  static void for_each_field(Row& row, F&& f) {
    f("id", row.id);
    f("title", row.title);
    f("content", row.content);
    f("source_url", row.source_url);
    f("language", row.language);
    f("status", row.status);
    f("content_hash", row.content_hash);
    f("created_at", row.created_at);
    f("updated_at", row.updated_at);
  }
};

template <>
struct RecordTraits<Topic> {
  static constexpr std::string_view kTable = "topics";
  static constexpr std::size_t kIndex = 1;
  template <typename Row, typename F>
  static void for_each_field(Row& row, F&& f) {
    f("id", row.id);
    f("title", row.title);
    f("description", row.description);
    f("status", row.status);
    f("priority", row.priority);
    f("language", row.language);
    f("domain", row.domain);
    f("research_report", row.research_report);
    f("created_at", row.created_at);
    f("updated_at", row.updated_at);
  }
};

template <>
struct RecordTraits<BlogPost> {
  static constexpr std::string_view kTable = "blog_posts";
  static constexpr std::size_t kIndex = 2;
  template <typename Row, typename F>
  static void for_each_field(Row& row, F&& f) {
    f("id", row.id);
    f("research_topic_id", row.research_topic_id);
    f("title", row.title);
    f("content", row.content);
    f("language", row.language);
    f("status", row.status);
    f("created_at", row.created_at);
    f("updated_at", row.updated_at);
  }
};

template <>
struct RecordTraits<SocialPost> {
  static constexpr std::string_view kTable = "social_posts";
  static constexpr std::size_t kIndex = 3;
  template <typename Row, typename F>
  static void for_each_field(Row& row, F&& f) {
    f("id", row.id);
    f("blog_post_id", row.blog_post_id);
    f("platform", row.platform);
    f("content", row.content);
    f("status", row.status);
    f("created_at", row.created_at);
    f("updated_at", row.updated_at);
  }
};

inline constexpr std::size_t kRecordTypes = 4;

inline void bind_field(Statement& statement, int index, const std::string& value) {
  statement.bind(index, std::string_view(value));
}
inline void bind_field(Statement& statement, int index, const std::optional<std::string>& value) {
  if (value) {
    statement.bind(index, std::string_view(*value));
  } else {
    statement.bind_null(index);
  }
}
inline void bind_field(Statement& statement, int index, std::int64_t value) {
  statement.bind(index, value);
}
inline void bind_field(Statement& statement, int index, Timestamp value) {
  statement.bind(index, std::int64_t{value.time_since_epoch().count()});
}

// Straight from SQLite: a row has ten columns and more, so that a call each would be felt.
inline std::string_view column_text(sqlite3_stmt* row, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(row, column))};
}

inline void load_field(sqlite3_stmt* row, int column, std::string& value) {
  value.assign(column_text(row, column));
}
inline void load_field(sqlite3_stmt* row, int column, std::optional<std::string>& value) {
  if (sqlite3_column_type(row, column) == SQLITE_NULL) {
    value.reset();
  } else {
    if (!value) value.emplace();  // else keeps its memory
    value->assign(column_text(row, column));
  }
}
inline void load_field(sqlite3_stmt* row, int column, std::int64_t& value) {
  value = sqlite3_column_int64(row, column);
}
inline void load_field(sqlite3_stmt* row, int column, Timestamp& value) {
  value = Timestamp(std::chrono::milliseconds(sqlite3_column_int64(row, column)));
}

template <Record T>
void bind_row(Statement& statement, const T& row) {
  int index = 0;
  RecordTraits<T>::for_each_field(
      row, [&](std::string_view, const auto& field) { bind_field(statement, ++index, field); });
}

// Reads the columns from `first` on; returns the column after the last.
template <Record T>
int load_row(const Statement& statement, T& row, int first = 0) {
  int column = first;
  sqlite3_stmt* const from = statement.handle();
  RecordTraits<T>::for_each_field(
      row, [&](std::string_view, auto& field) { load_field(from, column++, field); });
  return column;
}

// "id, title, .." or, with a prefix "p.", "p.id, p.title, ..".
template <Record T>
[[nodiscard]] std::string columns(std::string_view prefix = "") {
  std::string list;
  T row{};
  RecordTraits<T>::for_each_field(row, [&](std::string_view name, const auto&) {
    if (!list.empty()) list += ", ";
    list += prefix;
    list += name;
  });
  return list;
}

}  // namespace pragmark

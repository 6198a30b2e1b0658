// The SQL of the store, each statement with the slot in which a connection keeps it prepared.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "pragmark/records.h"
#include "pragmark/store.h"
#include "record_traits.h"

namespace pragmark::queries {

struct Query {
  std::size_t slot;
  std::string_view sql;  // static storage
};

// The query's statement on this connection, prepared on first use and kept.
[[nodiscard]] inline Statement& prepared(Connection& connection, const Query& query) {
  return connection.kept(query.slot, query.sql);
}

// The statements that every table has.
enum class Action { Insert, Update, Upsert, Remove, Get, Count };
inline constexpr std::size_t kActions = 6;

namespace internal {

template <Record T>
[[nodiscard]] std::string action_sql(Action action) {
  const std::string table(RecordTraits<T>::kTable);
  std::string parameters;   // ?1, ?2, ..
  std::string assignments;  // title = ?2, ..
  std::string overwrites;   // title = excluded.title, ..
  int index = 0;
  T row{};
  RecordTraits<T>::for_each_field(row, [&](std::string_view name, const auto&) {
    const std::string column(name);
    const std::string parameter = "?" + std::to_string(++index);
    parameters += (index == 1 ? "" : ", ") + parameter;
    if (index == 1) return;  // the id is never overwritten
    assignments += (index == 2 ? "" : ", ") + column + " = " + parameter;
    overwrites += (index == 2 ? "" : ", ") + column + " = excluded." + column;
  });
  const std::string insert =
      "INSERT INTO " + table + " (" + columns<T>() + ") VALUES (" + parameters + ")";
  switch (action) {
    case Action::Insert: return insert;
    case Action::Update: return "UPDATE " + table + " SET " + assignments + " WHERE id = ?1";
    case Action::Upsert: return insert + " ON CONFLICT (id) DO UPDATE SET " + overwrites;
    case Action::Remove: return "DELETE FROM " + table + " WHERE id = ?1";
    case Action::Get: return "SELECT " + columns<T>() + " FROM " + table + " WHERE id = ?1";
    case Action::Count: return "SELECT count(*) FROM " + table;
  }
  return "";
}

}  // namespace internal

template <Record T, Action action>
[[nodiscard]] Query on() {
  static const std::string sql = internal::action_sql<T>(action);
  return {RecordTraits<T>::kIndex * kActions + static_cast<std::size_t>(action), sql};
}

// The other reads. Lists come in two orders; the order decides the statement.
enum class List {
  DocumentsByStatus,
  DocumentsByLanguage,
  TopicsByStatus,
  TopicsByPriority,
  PostsOfTopic,
  ContentHistory,
};
inline constexpr std::size_t kLists = 6;

// ?1 is what is looked for, ?2 the limit.
[[nodiscard]] Query list(List list, Order order);

[[nodiscard]] Query duplicate_by_hash();  // ?1 hash
[[nodiscard]] Query search_documents();   // ?1 FTS5 expression, ?2 limit
[[nodiscard]] Query cached_research();    // ?1 topic id, ?2 oldest acceptable updated_at

}  // namespace pragmark::queries

#include "queries.h"

#include <array>

#include <fmt/format.h>

namespace pragmark::queries {
namespace {

constexpr std::size_t kFirstList = kRecordTypes * kActions;
constexpr std::size_t kFirstOther = kFirstList + 2 * kLists;

// Ties in created_at are broken by the order of insertion, which is where each index ends.
std::string list_sql(List list, std::string_view direction) {
  const auto simple = [&](const std::string& columns, std::string_view table, std::string_view key,
                          std::string_view row) {
    return fmt::format("SELECT {0} FROM {1} WHERE {2} = ?1 ORDER BY created_at {4}, {3} {4} "
                       "LIMIT ?2",
                       columns, table, key, row, direction);
  };
  switch (list) {
    case List::DocumentsByStatus:
      return simple(columns<Document>(), "documents", "status", "row_number");
    case List::DocumentsByLanguage:
      return simple(columns<Document>(), "documents", "language", "row_number");
    case List::TopicsByStatus: return simple(columns<Topic>(), "topics", "status", "rowid");
    case List::TopicsByPriority: return simple(columns<Topic>(), "topics", "priority", "rowid");
    case List::PostsOfTopic:
      return fmt::format(
          "SELECT {0}, t.title, (SELECT count(*) FROM social_posts AS s WHERE s.blog_post_id = "
          "p.id) FROM blog_posts AS p JOIN topics AS t ON t.id = p.research_topic_id "
          "WHERE p.research_topic_id = ?1 ORDER BY p.created_at {1}, p.rowid {1} LIMIT ?2",
          columns<BlogPost>("p."), direction);
    case List::ContentHistory:
      return fmt::format(
          "SELECT 0 AS kind, id, title AS label, status, created_at FROM topics WHERE id = ?1 "
          "UNION ALL "
          "SELECT 1, id, title, status, created_at FROM blog_posts WHERE research_topic_id = ?1 "
          "UNION ALL "
          "SELECT 2, s.id, s.platform, s.status, s.created_at FROM blog_posts AS p "
          "JOIN social_posts AS s ON s.blog_post_id = p.id WHERE p.research_topic_id = ?1 "
          "ORDER BY created_at {0}, kind {0}, id {0} LIMIT ?2",
          direction);
  }
  return "";
}

}  // namespace

Query list(List list, Order order) {
  static const auto kSql = [] {
    std::array<std::string, 2 * kLists> all;
    for (std::size_t i = 0; i < kLists; ++i) {
      all[2 * i] = list_sql(static_cast<List>(i), "DESC");
      all[2 * i + 1] = list_sql(static_cast<List>(i), "ASC");
    }
    return all;
  }();
  const std::size_t index =
      2 * static_cast<std::size_t>(list) + (order == Order::NewestFirst ? 0 : 1);
  return {kFirstList + index, kSql[index]};
}

Query duplicate_by_hash() {
  static const std::string kSql = fmt::format("SELECT {} FROM documents WHERE content_hash = ?1 "
                                              "ORDER BY created_at, row_number LIMIT 1",
                                              columns<Document>());
  return {kFirstOther, kSql};
}

Query search_documents() {
  static const std::string kSql =
      fmt::format("SELECT {} FROM documents_search AS s JOIN documents AS d "
                  "ON d.row_number = s.rowid WHERE documents_search MATCH ?1 "
                  "ORDER BY s.rank LIMIT ?2",
                  columns<Document>("d."));
  return {kFirstOther + 1, kSql};
}

Query cached_research() {
  static constexpr std::string_view kSql =
      "SELECT research_report FROM topics WHERE id = ?1 AND research_report <> '' "
      "AND updated_at >= ?2";
  return {kFirstOther + 2, kSql};
}

}  // namespace pragmark::queries

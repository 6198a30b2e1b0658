// The SQL of the store's requests on topics, as text: for whoever holds other ways of running it
// against the store, and must run the very same statements.
//
//   sqlite3_prepare_v2(handle, topic_statements().get.data(), -1, &statement, nullptr);
//
// Not for applications: they use Store.
#pragma once

#include <string_view>

namespace pragmark {

// Each ends with a zero byte behind its view. Columns and parameters are in the order in which
// Topic declares its members; the id comes first.
struct TopicStatements {
  std::string_view get;     // one row or none; ?1 is the id
  std::string_view insert;  // ?1 to ?10
};

// Static storage.
[[nodiscard]] TopicStatements topic_statements();

}  // namespace pragmark

// One value or one finding of a connection, for tests that look at a database by SQL.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pragmark/connection.h"
#include "pragmark/pragma.h"

namespace pragmark {

// The first column of the first row; -1 when there is none.
inline std::int64_t number(Connection& connection, const std::string& sql) {
  Statement statement = connection.prepare(sql);
  return statement.step() ? statement.integer(0) : -1;
}

// All rows of one column, joined.
inline std::string text(Connection& connection, const std::string& sql) {
  Statement statement = connection.prepare(sql);
  std::string all;
  while (statement.step()) (all += statement.text(0)) += '\n';
  return all;
}

// Empty when the file is sound, seen by a connection that knows nothing of the others.
inline std::vector<std::string> damage(const std::string& path) {
  const Connection look = Connection::open({.path = path});
  return integrity_check(look.handle());
}

}  // namespace pragmark

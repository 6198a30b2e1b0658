// What the topics of a database say, in one number: two databases on which the same work was done
// have the same, whoever did it, in whatever order the threads took turns.
//
//   const std::string checksum = content_checksum("store.db");   // "9e3779b97f4a7c15"
//
// Not for security: 64 bits, and not cryptographic.
#pragma once

#include <string>

namespace pragmark {

// Of every topic and all its columns but the times: the sum over rows of FNV-1a over the row's
// columns, so that rows need no order and one pass in constant memory is enough. Through a
// connection of its own, with SQLite's default settings. 16 hexadecimal digits. Throws Error.
// REQUIRES: nobody has the database locked.
[[nodiscard]] std::string content_checksum(const std::string& path);

}  // namespace pragmark

// Pools of connections that are told a setting of one connection: the pool passes it to whichever
// connection is free, and the others keep their defaults.
#pragma once

#include <string_view>
#include <vector>

#include "lint/source_text.h"

namespace pragmark::lint {

// What is known of a file's pools, read once. Go's database/sql and Rust's sqlx; other libraries'
// pools are not recognised, rather than guessed at.
class Pools {
 public:
  explicit Pools(const SourceText& source);

  // Whether the literal is run on a pool of more than one connection.
  [[nodiscard]] bool runs(const Literal& literal) const;

 private:
  const SourceText& source_;
  std::vector<std::string_view> go_pools_;  // variables: "db", "s.db"
};

}  // namespace pragmark::lint

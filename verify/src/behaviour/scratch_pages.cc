#include "behaviour/scratch_pages.h"

#include <charconv>

#include "pragmark/assert.h"

namespace pragmark::behaviour {

std::int64_t claimed_integer(const Experiment& experiment, std::string_view setting) {
  const std::string_view value = experiment.claim(setting);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  PRAGMARK_ASSERT(error == std::errc() && end == value.data() + value.size());
  return number;
}

Connection open_maker(const Experiment& experiment) {
  const PragmaSet set = PragmaSet::parse("default")
                            .with("page_size", experiment.claim("page_size"))
                            .with("synchronous", "OFF");
  return Connection::open(
      {.path = experiment.file().string(), .kind = ConnectionKind::SchemaCreation, .set = &set});
}

void create_pages(Connection& connection) {
  connection.execute("CREATE TABLE pages(id INTEGER PRIMARY KEY, filler BLOB)");
}

void insert_pages(Connection& connection, std::int64_t rows, std::int64_t page_size_bytes) {
  Statement insert = connection.prepare(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
      "INSERT INTO pages(filler) SELECT zeroblob(?2) FROM n");
  insert.bind(1, rows);
  insert.bind(2, page_size_bytes * 3 / 4);  // one fits a page without overflow, two do not
  insert.run();
}

void read_pages(Connection& connection, std::int64_t rows) {
  Statement read = connection.prepare("SELECT sum(length(filler)) FROM pages WHERE id <= ?1");
  read.bind(1, rows);
  read.run();
}

}  // namespace pragmark::behaviour

#include "pragmark/bench/content_checksum.h"

#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "pragmark/bench/random.h"
#include "pragmark/connection.h"

namespace pragmark {
namespace {

constexpr std::string_view kRows =
    "SELECT id, title, description, status, priority, language, domain, research_report "
    "FROM topics";
constexpr int kColumns = 8;

// FNV-1a with 64 bits (Fowler, Noll and Vo).
class Fnv1a {
 public:
  void add(std::string_view bytes) noexcept {
    for (const char byte : bytes) {
      hash_ = (hash_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
    }
  }
  [[nodiscard]] std::uint64_t value() const noexcept { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

// The length stands before each text, so that no character can move from one column to the next.
std::uint64_t hash_of_row(const Statement& row) {
  Fnv1a hash;
  for (int column = 0; column < kColumns; ++column) {
    const bool null = row.is_null(column);
    const std::string_view text = null ? "" : row.text(column);
    hash.add(null ? "null:" : fmt::format_int(text.size()).c_str());
    hash.add(":");
    hash.add(text);
  }
  // Scattered, since the bits of sums of alike hashes would be alike.
  return mix64(hash.value());
}

}  // namespace

std::string content_checksum(const std::string& path) {
  Connection connection = Connection::open({.path = path, .kind = ConnectionKind::ReadOnly});
  Statement rows = connection.prepare(kRows);
  std::uint64_t sum = 0;
  while (rows.step()) sum += hash_of_row(rows);
  return fmt::format("{:016x}", sum);
}

}  // namespace pragmark

// The first 100 bytes of a database file, and what a file without them may be. Pure: bytes in,
// value out. https://www.sqlite.org/fileformat2.html#the_database_header
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pragmark/verify/audit.h"

namespace pragmark::inspect {

inline constexpr std::size_t kHeaderBytes = 100;

struct DatabaseHeader {
  std::uint32_t page_size_bytes = 0;  // 512 to 65536, a power of two
  int write_version = 0;              // 1 rollback, 2 WAL
  int read_version = 0;
  int reserved_bytes = 0;
  std::uint32_t change_counter = 0;
  std::uint32_t page_count = 0;
  std::uint32_t freelist_pages = 0;
  std::uint32_t schema_cookie = 0;
  std::uint32_t schema_format = 0;
  std::uint32_t largest_root_page = 0;  // not 0: auto_vacuum
  std::uint32_t text_encoding = 0;
  std::int32_t user_version = 0;
  std::uint32_t incremental_vacuum = 0;
  std::int32_t application_id = 0;
  std::uint32_t version_valid_for = 0;
  std::uint32_t sqlite_version = 0;

  // Libraries before 3.7.0 did not keep page_count; it then means nothing.
  [[nodiscard]] bool page_count_valid() const noexcept {
    return page_count != 0 && change_counter == version_valid_for;
  }
};

// Empty when the bytes are not those of a database: no magic text, or no page size.
[[nodiscard]] std::optional<DatabaseHeader> parse_database_header(
    std::span<const std::uint8_t> bytes);

// In words; counts of pages and bytes are the caller's.
[[nodiscard]] HeaderFacts facts_of(const DatabaseHeader& header);

// "a text file", "encrypted, or no database": what the first bytes of a file that has no header
// look like.
[[nodiscard]] std::string_view likely_content(std::span<const std::uint8_t> bytes);

}  // namespace pragmark::inspect

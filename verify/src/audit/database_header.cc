#include "audit/database_header.h"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>

#include <fmt/format.h>

#include "audit/big_endian.h"

namespace pragmark::inspect {
namespace {

using Bytes = std::span<const std::uint8_t>;

bool begins_with(Bytes bytes, std::string_view text) {
  return bytes.size() >= text.size() &&
         std::equal(text.begin(), text.end(), bytes.begin(),
                    [](char c, std::uint8_t byte) { return static_cast<std::uint8_t>(c) == byte; });
}

// With the terminating zero, which belongs to the magic text.
constexpr std::string_view kMagic("SQLite format 3\0", 16);

struct Application {
  std::uint32_t id;
  std::string_view name;
};
// From magic.txt of SQLite's own source tree.
constexpr std::array kApplications = {
    Application{0x0f055111, "Fossil global configuration"},
    Application{0x0f055112, "Fossil repository"},
    Application{0x0f055113, "Fossil checkout"},
    Application{0x42654462, "Bentley Systems BeSQLite"},
    Application{0x42654c6e, "Bentley Systems localization file"},
    Application{0x47504b47, "OGC GeoPackage"},
    Application{0x47503130, "OGC GeoPackage 1.0"},
    Application{0x45737269, "Esri Spatially-Enabled Database"},
    Application{0x4d504258, "MBTiles tileset"},
    Application{0x5f4d544e, "Monotone source repository"},
    Application{0x54526e6d, "TeXnicard card database"},
};

std::string application_name(std::uint32_t id) {
  const auto* known = std::ranges::find(kApplications, id, &Application::id);
  return known == kApplications.end() ? std::string() : std::string(known->name);
}

std::string_view encoding_name(std::uint32_t code) {
  switch (code) {
    case 1: return "UTF-8";
    case 2: return "UTF-16le";
    case 3: return "UTF-16be";
    default: return "unknown";
  }
}

// 3040001 is 3.40.1.
std::string version_name(std::uint32_t number) {
  if (number < 3'000'000) return "unknown";
  return fmt::format("{}.{}.{}", number / 1'000'000, number / 1000 % 1000, number % 1000);
}

struct Kind {
  std::string_view begins;
  std::string_view name;
};
constexpr std::array kKinds = {
    Kind{"** This file contains an SQLite 2", "a database of SQLite 2"},
    Kind{"\x37\x7f\x06\x82", "a WAL; give the database that it belongs to"},
    Kind{"\x37\x7f\x06\x83", "a WAL; give the database that it belongs to"},
    Kind{"\xd9\xd5\x05\xf9", "a rollback journal; give the database that it belongs to"},
    Kind{"\x1f\x8b", "a gzip archive; unpack it first"},
    Kind{"PK\x03\x04", "a zip archive; unpack it first"},
    Kind{"\xfd"
         "7zXZ",
         "an xz archive; unpack it first"},
    Kind{"\x28\xb5\x2f\xfd", "a zstd archive; unpack it first"},
    Kind{"BZh", "a bzip2 archive; unpack it first"},
};

bool is_text(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) {
    return byte >= 0x20 || byte == '\n' || byte == '\r' || byte == '\t' || byte == '\f';
  });
}

// Random bytes: of 4,096 all 256 values occur. Pages of a database are mostly zeros and text.
bool is_noise(Bytes bytes) {
  constexpr std::size_t kSample = 512;
  constexpr std::size_t kDistinct = 180;
  if (bytes.size() < kSample) return false;
  std::bitset<256> seen;
  for (const std::uint8_t byte : bytes) seen.set(byte);
  return seen.count() >= kDistinct;
}

}  // namespace

std::optional<DatabaseHeader> parse_database_header(Bytes bytes) {
  if (bytes.size() < kHeaderBytes || !begins_with(bytes, kMagic)) return std::nullopt;
  DatabaseHeader header;
  const std::uint32_t size = big_endian_16(bytes, 16);
  header.page_size_bytes = size == 1 ? 65536 : size;
  if (header.page_size_bytes < 512 || !std::has_single_bit(header.page_size_bytes)) {
    return std::nullopt;
  }
  header.write_version = bytes[18];
  header.read_version = bytes[19];
  header.reserved_bytes = bytes[20];
  header.change_counter = big_endian_32(bytes, 24);
  header.page_count = big_endian_32(bytes, 28);
  header.freelist_pages = big_endian_32(bytes, 36);
  header.schema_cookie = big_endian_32(bytes, 40);
  header.schema_format = big_endian_32(bytes, 44);
  header.largest_root_page = big_endian_32(bytes, 52);
  header.text_encoding = big_endian_32(bytes, 56);
  header.user_version = static_cast<std::int32_t>(big_endian_32(bytes, 60));
  header.incremental_vacuum = big_endian_32(bytes, 64);
  header.application_id = static_cast<std::int32_t>(big_endian_32(bytes, 68));
  header.version_valid_for = big_endian_32(bytes, 92);
  header.sqlite_version = big_endian_32(bytes, 96);
  return header;
}

HeaderFacts facts_of(const DatabaseHeader& header) {
  HeaderFacts facts;
  facts.page_size_bytes = header.page_size_bytes;
  facts.freelist_pages = header.freelist_pages;
  facts.write_version = header.write_version;
  facts.read_version = header.read_version;
  facts.reserved_bytes = header.reserved_bytes;
  facts.change_counter = header.change_counter;
  facts.schema_cookie = header.schema_cookie;
  facts.schema_format = header.schema_format;
  facts.encoding = encoding_name(header.text_encoding);
  facts.user_version = header.user_version;
  facts.application_id = header.application_id;
  facts.application = application_name(static_cast<std::uint32_t>(header.application_id));
  const std::string_view automatic = header.incremental_vacuum != 0 ? "INCREMENTAL" : "FULL";
  facts.auto_vacuum = header.largest_root_page == 0 ? "NONE" : automatic;
  facts.written_by = version_name(header.sqlite_version);
  return facts;
}

std::string_view likely_content(Bytes bytes) {
  for (const Kind& kind : kKinds) {
    if (begins_with(bytes, kind.begins)) return kind.name;
  }
  if (begins_with(bytes, kMagic)) return "a database whose header is damaged (its page size)";
  if (std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; })) {
    return "zeros: it was allocated and never written, or lost its content; restore a backup";
  }
  if (is_text(bytes)) return "a text file";
  if (is_noise(bytes)) {
    return "encrypted or damaged: decrypt it with the tool that wrote it, or restore a backup";
  }
  return "something else, or a database whose first page was lost";
}

}  // namespace pragmark::inspect

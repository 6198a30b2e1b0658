#include "audit/rollback_journal.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

#include "audit/big_endian.h"

namespace pragmark::inspect {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::array<std::uint8_t, 8> kMagic = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
constexpr std::size_t kHeaderBytes = 28;
constexpr std::uint32_t kCountFromSize = 0xffffffff;  // the writer did not sync, nor count

struct SegmentHeader {
  std::uint32_t records;
  std::uint32_t nonce;
  std::uint32_t database_pages;
  std::uint32_t sector_bytes;
  std::uint32_t page_size_bytes;
};

bool is_magic(Bytes bytes) { return std::ranges::equal(bytes.first(kMagic.size()), kMagic); }

std::optional<SegmentHeader> read_header(const ReadOnlyFile& journal, std::uint64_t offset) {
  std::array<std::uint8_t, kHeaderBytes> bytes{};
  if (journal.read(offset, bytes) < bytes.size() || !is_magic(bytes)) return std::nullopt;
  return SegmentHeader{.records = big_endian_32(bytes, 8),
                       .nonce = big_endian_32(bytes, 12),
                       .database_pages = big_endian_32(bytes, 16),
                       .sector_bytes = big_endian_32(bytes, 20),
                       .page_size_bytes = big_endian_32(bytes, 24)};
}

bool plausible(const SegmentHeader& header) {
  return std::has_single_bit(header.page_size_bytes) && header.page_size_bytes >= 512 &&
         header.page_size_bytes <= 65536 && std::has_single_bit(header.sector_bytes) &&
         header.sector_bytes >= 32 && header.sector_bytes <= 65536;
}

// Every 200th byte from the end, so that a torn write is noticed.
std::uint32_t record_checksum(std::uint32_t nonce, Bytes page) {
  constexpr std::size_t kStep = 200;
  std::uint32_t sum = nonce;
  for (std::size_t at = page.size() - kStep; at > 0; at = at > kStep ? at - kStep : 0) {
    sum += page[at];
  }
  return sum;
}

// Returns false when a record is torn: nothing after it counts.
bool read_segment(const ReadOnlyFile& journal, const SegmentHeader& segment, std::uint32_t records,
                  std::uint64_t& offset, JournalContent& content) {
  std::vector<std::uint8_t> record(4 + content.page_size_bytes + 4);
  for (std::uint32_t i = 0; i < records; ++i) {
    if (journal.read(offset, record) < record.size()) return false;
    const std::uint32_t page = big_endian_32(record, 0);
    const Bytes data = Bytes(record).subspan(4, content.page_size_bytes);
    if (page == 0 || record_checksum(segment.nonce, data) !=
                         big_endian_32(record, 4 + content.page_size_bytes)) {
      return false;
    }
    if (page <= content.database_pages) content.pages.put(page, offset + 4);
    ++content.records;
    offset += record.size();
  }
  return true;
}

}  // namespace

bool begins_as_journal(const ReadOnlyFile& journal) {
  std::array<std::uint8_t, 1> first{};
  return journal.read(0, first) == 1 && first[0] != 0;
}

JournalContent read_rollback_journal(const ReadOnlyFile& journal) {
  JournalContent content;
  const auto file_bytes = static_cast<std::uint64_t>(journal.identity().bytes);
  std::uint64_t offset = 0;
  while (const std::optional<SegmentHeader> segment = read_header(journal, offset)) {
    if (!content.header_valid) {  // what it says holds for all segments
      if (!plausible(*segment)) return content;
      content.header_valid = true;
      content.page_size_bytes = segment->page_size_bytes;
      content.database_pages = segment->database_pages;
    }
    // Segments begin at sectors.
    offset += segment->sector_bytes;
    const std::uint64_t record_bytes = 8 + std::uint64_t{content.page_size_bytes};
    std::uint32_t records = segment->records;
    if (records == kCountFromSize) {
      records = static_cast<std::uint32_t>(
          file_bytes > offset ? (file_bytes - offset) / record_bytes : 0);
    }
    if (!read_segment(journal, *segment, records, offset, content)) return content;
    if (segment->sector_bytes == 0) return content;
    offset = (offset + segment->sector_bytes - 1) / segment->sector_bytes * segment->sector_bytes;
  }
  return content;
}

std::string super_journal_of(const ReadOnlyFile& journal) {
  // At the end: the name, its length, the sum of its bytes, the magic number.
  constexpr std::size_t kTail = 16;
  constexpr std::uint32_t kLongestName = 4096;
  const auto size = static_cast<std::uint64_t>(journal.identity().bytes);
  std::array<std::uint8_t, kTail> tail{};
  if (size < kTail || journal.read(size - kTail, tail) < kTail) return {};
  const std::uint32_t length = big_endian_32(tail, 0);
  if (!is_magic(Bytes(tail).subspan(8)) || length == 0 || length > kLongestName ||
      length > size - kTail) {
    return {};
  }
  std::vector<std::uint8_t> name(length);
  if (journal.read(size - kTail - length, name) < length) return {};
  const std::uint32_t sum = std::accumulate(name.begin(), name.end(), 0U);
  return sum == big_endian_32(tail, 4) ? std::string(name.begin(), name.end()) : std::string();
}

}  // namespace pragmark::inspect

#include "audit/wal_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <utility>
#include <vector>

#include "audit/big_endian.h"

namespace pragmark::inspect {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kWalHeaderBytes = 32;
constexpr std::size_t kFrameHeaderBytes = 24;
constexpr std::size_t kPartBytes = 1 << 20;
constexpr std::uint32_t kMagic = 0x377f0682;  // the lowest bit: checksums over big-endian words
constexpr std::uint32_t kFormatVersion = 3007000;

// The running checksum over pairs of 32-bit words.
class Checksum {
 public:
  explicit Checksum(bool big_endian) noexcept : big_endian_(big_endian) {}

  void add(Bytes bytes) noexcept {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first_ += word(bytes, at) + second_;
      second_ += word(bytes, at + 4) + first_;
    }
  }
  [[nodiscard]] bool equals(Bytes bytes, std::size_t at) const noexcept {
    return first_ == big_endian_32(bytes, at) && second_ == big_endian_32(bytes, at + 4);
  }

 private:
  [[nodiscard]] std::uint32_t word(Bytes bytes, std::size_t at) const noexcept {
    if (big_endian_) return big_endian_32(bytes, at);
    return std::uint32_t{bytes[at]} | (std::uint32_t{bytes[at + 1]} << 8U) |
           (std::uint32_t{bytes[at + 2]} << 16U) | (std::uint32_t{bytes[at + 3]} << 24U);
  }

  bool big_endian_;
  std::uint32_t first_ = 0;
  std::uint32_t second_ = 0;
};

struct Frame {
  std::uint32_t page;
  std::uint64_t offset;  // of the content
};

// Takes frame after frame, and the pages of a transaction when its commit comes.
class FrameReader {
 public:
  FrameReader(WalContent& content, Bytes header) : content_(content), checksum_(header[3] == 0x83) {
    checksum_.add(header.first(24));
    content.header_valid = checksum_.equals(header, 24);
    std::copy_n(header.begin() + 16, salt_.size(), salt_.begin());
  }

  // False at the first frame that does not belong to this round or is damaged.
  [[nodiscard]] bool take(Bytes frame, std::uint64_t offset) {
    const std::uint32_t page = big_endian_32(frame, 0);
    const std::uint32_t pages_after_commit = big_endian_32(frame, 4);
    if (page == 0 || !std::equal(salt_.begin(), salt_.end(), frame.begin() + 8)) return false;
    checksum_.add(frame.first(8));
    checksum_.add(frame.subspan(kFrameHeaderBytes));
    if (!checksum_.equals(frame, 16)) return false;
    ++content_.frames_valid;
    uncommitted_.push_back({page, offset + kFrameHeaderBytes});
    if (pages_after_commit == 0) return true;
    for (const Frame& one : uncommitted_) content_.pages.put(one.page, one.offset);
    uncommitted_.clear();
    content_.frames = content_.frames_valid;
    content_.database_pages = pages_after_commit;
    return true;
  }

 private:
  WalContent& content_;
  Checksum checksum_;
  std::array<std::uint8_t, 8> salt_{};
  std::vector<Frame> uncommitted_;
};

bool plausible(Bytes header, std::uint32_t page_size) {
  return (big_endian_32(header, 0) & ~1U) == kMagic && big_endian_32(header, 4) == kFormatVersion &&
         std::has_single_bit(page_size) && page_size >= 512 && page_size <= 65536;
}

}  // namespace

WalContent read_wal(const ReadOnlyFile& wal, std::int64_t frame_limit,
                    FunctionRef<void(std::size_t)> between) {
  WalContent content;
  std::array<std::uint8_t, kWalHeaderBytes> header{};
  if (wal.read(0, header) < header.size()) return content;
  const std::uint32_t page_size = big_endian_32(header, 8);
  if (!plausible(header, page_size)) return content;
  content.page_size_bytes = page_size;
  const std::size_t frame_bytes = kFrameHeaderBytes + page_size;
  const auto file_bytes = static_cast<std::uint64_t>(wal.identity().bytes);
  content.frames_in_file = static_cast<std::int64_t>((file_bytes - kWalHeaderBytes) / frame_bytes);
  FrameReader reader(content, header);
  if (!content.header_valid) return content;

  const std::size_t frames_at_once = std::max<std::size_t>(1, kPartBytes / frame_bytes);
  std::vector<std::uint8_t> part(frames_at_once * frame_bytes);
  std::uint64_t offset = kWalHeaderBytes;
  while (content.frames_valid < frame_limit) {
    const std::size_t got = wal.read(offset, part) / frame_bytes;
    if (got == 0) break;
    for (std::size_t i = 0; i < got && content.frames_valid < frame_limit; ++i) {
      const Bytes frame = Bytes(part).subspan(i * frame_bytes, frame_bytes);
      if (!reader.take(frame, offset + i * frame_bytes)) return content;
    }
    offset += got * frame_bytes;
    between(got * frame_bytes);
  }
  return content;
}

}  // namespace pragmark::inspect

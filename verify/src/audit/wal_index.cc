#include "audit/wal_index.h"

#include <algorithm>
#include <cstring>
#include <span>

namespace pragmark::inspect {
namespace {

// WalIndexHdr twice, then WalCkptInfo, in the machine's byte order (wal.c).
constexpr std::size_t kCopyBytes = 48;
constexpr std::size_t kSummedBytes = 40;
constexpr std::size_t kInfoOffset = 2 * kCopyBytes;
constexpr std::size_t kIndexBytes = kInfoOffset + 24;
constexpr std::uint32_t kFormatVersion = 3007000;
// Locks lie behind these (os_unix.c): WRITE, CKPT, RECOVER, READ(0) to READ(4), and the one that
// every connection holds as long as it lives.
constexpr std::int64_t kFirstReadLock = 120 + 3;
constexpr LockRange kAliveLock = {.begin = 128, .length = 1};

std::uint32_t number_at(std::span<const std::uint8_t> bytes, std::size_t at) {
  std::uint32_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

bool checksum_right(std::span<const std::uint8_t> copy) {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  for (std::size_t at = 0; at < kSummedBytes; at += 8) {
    first += number_at(copy, at) + second;
    second += number_at(copy, at + 4) + first;
  }
  return first == number_at(copy, kSummedBytes) && second == number_at(copy, kSummedBytes + 4);
}

LockRange read_lock(std::size_t slot) {
  return {.begin = kFirstReadLock + static_cast<std::int64_t>(slot), .length = 1};
}

// Slot 0 is for readers of a database without WAL content; it does not keep the WAL.
std::optional<std::size_t> best_slot(const WalIndex& index) {
  std::optional<std::size_t> best;
  for (std::size_t slot = 1; slot < kReadSlots; ++slot) {
    const std::uint32_t mark = index.read_marks[slot];
    if (mark > index.frames) continue;  // also the mark that says "not used"
    if (!best || mark > index.read_marks[*best]) best = slot;
  }
  return best;
}

}  // namespace

std::optional<WalIndex> read_wal_index(const ReadOnlyFile& shm) {
  std::array<std::uint8_t, kIndexBytes> bytes{};
  if (shm.read(0, bytes) < bytes.size()) return std::nullopt;
  const std::span<const std::uint8_t> all(bytes);
  const auto copy = all.first(kCopyBytes);
  const bool initialised = copy[12] != 0;
  if (!std::ranges::equal(copy, all.subspan(kCopyBytes, kCopyBytes)) || !initialised ||
      number_at(copy, 0) != kFormatVersion || !checksum_right(copy)) {
    return std::nullopt;
  }
  WalIndex index;
  index.frames = number_at(all, 16);
  index.checkpointed = number_at(all, kInfoOffset);
  for (std::size_t slot = 0; slot < kReadSlots; ++slot) {
    index.read_marks[slot] = number_at(all, kInfoOffset + 4 + 4 * slot);
  }
  return index;
}

bool wal_index_in_use(const ReadOnlyFile& shm) noexcept { return shm.locked_elsewhere(kAliveLock); }

std::optional<WalIndex> hold_read_slot(const ReadOnlyFile& shm) {
  const std::optional<WalIndex> before = read_wal_index(shm);
  if (!before) return std::nullopt;
  const std::optional<std::size_t> slot = best_slot(*before);
  if (!slot || shm.lock_for_reading(read_lock(*slot)) != LockOutcome::Taken) return std::nullopt;
  // Between reading and locking the mark may have moved, and the WAL may have begun anew.
  const std::optional<WalIndex> after = read_wal_index(shm);
  if (after && after->read_marks[*slot] == before->read_marks[*slot] &&
      after->frames >= before->frames && after->read_marks[*slot] <= after->frames) {
    return after;
  }
  shm.unlock(read_lock(*slot));
  return std::nullopt;
}

}  // namespace pragmark::inspect

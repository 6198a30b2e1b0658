// The header of a -shm file, through which the connections of a WAL database agree on what is
// committed, and the locks by which a reader makes itself heard.
// https://www.sqlite.org/walformat.html
//
// A reader of SQLite writes its mark into the file. This one does not: it takes the read lock of a
// slot whose mark is already there and old enough, which is as good and changes no byte. See
// snapshot.h for why.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "audit/read_only_file.h"

namespace pragmark::inspect {

inline constexpr std::size_t kReadSlots = 5;

struct WalIndex {
  std::uint32_t frames = 0;        // committed and published
  std::uint32_t checkpointed = 0;  // of these, in the database
  std::array<std::uint32_t, kReadSlots> read_marks{};
  [[nodiscard]] bool operator==(const WalIndex&) const = default;
};

// Empty while somebody is changing it, or when it is damaged.
[[nodiscard]] std::optional<WalIndex> read_wal_index(const ReadOnlyFile& shm);
// Whether another process has the file open as the index of a WAL.
[[nodiscard]] bool wal_index_in_use(const ReadOnlyFile& shm) noexcept;

// Takes the read lock of a slot and returns the index as it was then: no checkpoint goes beyond the
// slot's mark, and the WAL is not begun anew, until `shm` is closed. Empty when no slot could be
// had just now; try again.
[[nodiscard]] std::optional<WalIndex> hold_read_slot(const ReadOnlyFile& shm);

}  // namespace pragmark::inspect

// What a -wal file holds: the frames up to the last commit, checked by their checksums, as SQLite's
// own recovery reads them. https://www.sqlite.org/fileformat2.html#the_write_ahead_log
#pragma once

#include <cstdint>

#include "audit/page_map.h"
#include "audit/read_only_file.h"
#include "pragmark/function_ref.h"

namespace pragmark::inspect {

struct WalContent {
  bool header_valid = false;
  std::uint32_t page_size_bytes = 0;
  std::int64_t frames_in_file = 0;   // that there is room for, also from before a restart
  std::int64_t frames_valid = 0;     // of the current round, checksums right
  std::int64_t frames = 0;           // of these, up to the last commit
  std::uint32_t database_pages = 0;  // after the last commit; 0 when there is none
  PageMap pages;                     // offsets in the WAL of the pages' content
};

// Frames beyond `frame_limit` are not looked at: those that a live writer has not yet published.
// `between` is called after each part of about 1 MiB with the bytes read; it may throw.
[[nodiscard]] WalContent read_wal(const ReadOnlyFile& wal, std::int64_t frame_limit,
                                  FunctionRef<void(std::size_t)> between);

}  // namespace pragmark::inspect

// What a hot -journal holds: the pages as they were before the transaction that died, as SQLite's
// rollback would write them back. https://www.sqlite.org/fileformat2.html#the_rollback_journal
#pragma once

#include <cstdint>
#include <string>

#include "audit/page_map.h"
#include "audit/read_only_file.h"

namespace pragmark::inspect {

struct JournalContent {
  bool header_valid = false;  // there is something to roll back
  std::uint32_t page_size_bytes = 0;
  std::uint32_t database_pages = 0;  // before the transaction
  std::int64_t records = 0;
  PageMap pages;  // offsets in the journal of the pages' content
};

[[nodiscard]] JournalContent read_rollback_journal(const ReadOnlyFile& journal);

// Whether the first bytes are those of a journal that counts: one that was ended is empty, gone or
// begins with zeros.
[[nodiscard]] bool begins_as_journal(const ReadOnlyFile& journal);
// The journal of a transaction over several databases counts only as long as the file that it names
// is there. Empty when it names none.
[[nodiscard]] std::string super_journal_of(const ReadOnlyFile& journal);

}  // namespace pragmark::inspect

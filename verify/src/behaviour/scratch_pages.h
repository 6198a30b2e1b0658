// Data by the page, for checks that count pages: how many are read, kept, written or freed.
#pragma once

#include <cstdint>

#include "behaviour/experiment.h"

namespace pragmark::behaviour {

// As claimed, in the setting's own unit. REQUIRES: an integer setting.
[[nodiscard]] std::int64_t claimed_integer(const Experiment& experiment, std::string_view setting);

// A connection that only makes data: SQLite's defaults with the claimed page size, no syncs, and
// out of the experiment's counts.
[[nodiscard]] Connection open_maker(const Experiment& experiment);

// Table pages(id INTEGER PRIMARY KEY, filler BLOB): ids from 1, each row on a page of its own.
void create_pages(Connection& connection);
void insert_pages(Connection& connection, std::int64_t rows, std::int64_t page_size_bytes);
// Reads the rows with the first ids.
void read_pages(Connection& connection, std::int64_t rows);

}  // namespace pragmark::behaviour

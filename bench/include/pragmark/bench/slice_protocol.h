// The lines that `pragmark bench --slices` and whoever drives it exchange: pragmark-slices/1. Each
// is one JSON object; the program reads its standard input and answers on its standard output.
//
//   to the program                               from the program
//                                                {"say":"ready","protocol":..,"benchmarks":[..],..}
//   {"say":"open","benchmark":..,"operations":.. {"say":"opened","operations":..}
//    ,"slices":..,"busy_loop_ns":..}
//   {"say":"slice"}                              {"say":"slice","operations":..,"seconds":..,..}
//   {"say":"slice"} ..
//   {"say":"close"}                              {"say":"closed","rows":..,"checksum":..,..}
//   {"say":"open",..} ..
//   the end of the input: the program ends
//
// `open` gives a benchmark a fresh database and opens its connections, with the PRAGMA set proven
// on each. Each `slice` makes all threads together run `operations` requests, which are those of
// the benchmark and go on where the slice before ended; the clock runs in the program. `close`
// checks the database. Instead of any answer there may be {"say":"error",..}, after which the
// program ends. What was asked before the input ended is answered; a program whose answers nobody
// reads any more stops at the next request and ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/bench/configuration.h"
#include "pragmark/bench/result_document.h"
#include "pragmark/bench/tally.h"
#include "pragmark/counting_vfs.h"

namespace pragmark {

inline constexpr std::string_view kSliceProtocol = "pragmark-slices/1";

// What `open` says.
struct SlicePlan {
  std::string benchmark;        // its full name
  std::int64_t operations = 0;  // in a slice, over all threads, rounded up to a multiple of them
  std::int64_t slices = 0;      // that may be asked for
  double busy_loop_ns = 0;      // work of the CPU besides, before each request; see busy_loop.h
};

enum class SliceSays { Open, Slice, Close };

struct SliceRequest {
  SliceSays says = SliceSays::Slice;
  SlicePlan plan = {};  // when it says Open
};

struct SliceResult {
  Tally tally;  // of all threads
  double seconds = 0;
  std::optional<IoCounts> io;  // empty without the counting layer
};

struct SliceTotals {
  std::int64_t rows = 0;  // found, as many as expected
  std::int64_t reads = 0;
  std::int64_t writes = 0;
  std::string checksum;  // of content_checksum.h
};

// Lines without their line break.
[[nodiscard]] std::string slices_ready_line(const std::vector<Configuration>& configurations,
                                            const ContextEntries& context);
[[nodiscard]] std::string opened_line(std::int64_t operations);
// REQUIRES: a request was answered.
[[nodiscard]] std::string slice_line(const SliceResult& result);
[[nodiscard]] std::string closed_line(const SliceTotals& totals);

// Throws Error (kind Usage) that shows the line when it is not of this protocol.
[[nodiscard]] SliceRequest parse_slice_request(std::string_view text);

}  // namespace pragmark

// Whether the figures of a run may be believed: what was answered, and what the database holds.
//
//   const std::string fault = fault_of(tally, configuration.rows, *subject);
//   if (!fault.empty()) report_instead_of_a_figure(fault);
#pragma once

#include <cstdint>
#include <string>

#include "pragmark/bench/subject.h"
#include "pragmark/bench/tally.h"

namespace pragmark {

// Each returns an empty text when there is nothing to find fault with.

// A read that got a wrong answer.
[[nodiscard]] std::string fault_of_reads(const Tally& tally);
// No request succeeded.
[[nodiscard]] std::string fault_of_success(const Tally& tally);
// The database, on which nobody is at work: rows found == initial rows + writes acknowledged,
// integrity_check and foreign_key_check clean. Throws what the subject throws.
[[nodiscard]] std::string fault_of_database(const Tally& tally, std::int64_t initial_rows,
                                            Subject& subject);
// The first fault of all three.
[[nodiscard]] std::string fault_of(const Tally& tally, std::int64_t initial_rows, Subject& subject);

}  // namespace pragmark

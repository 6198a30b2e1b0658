// Extra work of the CPU on purpose, by which a slowdown of a known size is planted in a benchmark.
//
//   client = make_busy(std::move(client), busy_iterations(80.0));   // 80 ns before each request
//
// The number of iterations is fixed before the clock starts and the loop looks at no clock: what is
// planted is more instructions, as a regression is, not a wait that ends on time. Not for delays
// that must be exact: the processor's speed changes after the calibration.
#pragma once

#include <cstdint>
#include <memory>

#include "pragmark/bench/workload.h"

namespace pragmark {

inline constexpr double kMostBusyNs = 1e9;

// Each iteration waits for the one before it, and the optimiser cannot drop any. Returns what they
// came to, which says that they were made.
std::uint64_t spin(std::int64_t iterations) noexcept;

// How many iterations take so long here and now: 0 for 0, otherwise at least 1. Takes a few
// milliseconds; to be called when no clock runs.
// REQUIRES: 0 <= nanoseconds <= kMostBusyNs.
[[nodiscard]] std::int64_t busy_iterations(double nanoseconds);

// Spins before each request, and then makes it as `client` does.
// REQUIRES: iterations > 0.
[[nodiscard]] std::unique_ptr<Client> make_busy(std::unique_ptr<Client> client,
                                                std::int64_t iterations);

}  // namespace pragmark

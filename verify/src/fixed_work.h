// Pieces of work that need nothing but a processor, to see what it gives.
#pragma once

namespace pragmark {

// A fixed chain of integer operations, some 20 ms on a processor of 2020; returns how long it took.
[[nodiscard]] double fixed_work_us();

// What one look at the steady clock costs, in a loop of them.
[[nodiscard]] double clock_read_ns();

}  // namespace pragmark

// What this process has used, from /proc and the kernel's clocks.
#pragma once

#include <cstdint>

namespace pragmark {

[[nodiscard]] double process_cpu_seconds() noexcept;
// The largest resident set since the last reset; 0 when it cannot be found out.
[[nodiscard]] std::int64_t peak_memory_bytes();
// Without effect where the kernel does not let a process do so: then the peak is that of its life.
void reset_peak_memory() noexcept;

}  // namespace pragmark

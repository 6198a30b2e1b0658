#include "process_usage.h"

#include <ctime>
#include <fstream>
#include <string>

namespace pragmark {

double process_cpu_seconds() noexcept {
  timespec used = {};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

std::int64_t peak_memory_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::int64_t kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib * 1024;
  }
  return 0;
}

void reset_peak_memory() noexcept {
  std::ofstream refs("/proc/self/clear_refs");
  refs << "5" << std::flush;
}

}  // namespace pragmark

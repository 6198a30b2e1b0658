// In which order a thread of the mixed workload reads and writes: shuffled, with the exact share.
//
//   ReadWriteSchedule schedule({.seed = 1, .thread = 0, .threads = 10,
//                               .operations = 100, .reads_percent = 50});
//   if (schedule.next_is_read()) read(); else write();
//
// The order is made before the clock starts and repeats after kLongestSchedule operations. Over
// all threads together the reads of one round are reads_percent of it, rounded down once and not
// once for each thread: 10 threads of 100 operations at 50% make 500 reads and 500 writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pragmark {

inline constexpr std::int64_t kLongestSchedule = 4096;

// Owns:    its order.
// Threads: one thread at a time; each thread has its own.
// Errors:  the constructor may throw std::bad_alloc, the rest nothing.
class ReadWriteSchedule {
 public:
  struct Options {
    std::uint64_t seed;
    int thread;  // 0 to threads - 1
    int threads;
    std::int64_t operations;  // of this thread; positive
    int reads_percent;        // 0 to 100
  };
  explicit ReadWriteSchedule(const Options& options);

  bool next_is_read() noexcept {
    const bool read = is_read_[next_];
    if (++next_ == is_read_.size()) next_ = 0;
    return read;
  }

 private:
  std::vector<std::uint8_t> is_read_;  // never empty; bytes, because bits would be slower
  std::size_t next_ = 0;
};

}  // namespace pragmark

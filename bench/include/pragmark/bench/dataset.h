// The rows that benchmarks read and write: computed from a seed, the same on every machine.
//
//   Dataset data({.seed = 1, .rows = 1'000, .payload = Payload::parse("small")});
//   TopicId id = data.id(17);                  // without storage, in a few nanoseconds
//   Topic topic = data.pool()[0];              // one of a few payloads
//   data.stamp(1'000, topic);                  // becomes row 1,000
//
// Ids are 16 hexadecimal digits in random order, as UUIDs are: consecutive rows lie far apart in
// the primary key's index. Times increase with the row's number, as they do in life.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/records.h"

namespace pragmark {

// How large a topic is: `small` (about 200 bytes, no research report), `article` (a research
// report of 2,000 words) or a number (a research report of so many bytes).
struct Payload {
  std::string name;               // as in benchmark names
  std::int64_t report_words = 0;  // 0: no limit by words
  std::int64_t report_bytes = 0;  // 0: no limit by bytes; both 0: no report

  // Throws Error (kind Usage).
  [[nodiscard]] static Payload parse(std::string_view text);

  bool operator==(const Payload&) const = default;
};

inline constexpr std::int64_t kLargestPayloadBytes = 16 << 20;

struct TopicId {
  std::array<char, 16> digits;
  [[nodiscard]] std::string_view view() const noexcept { return {digits.data(), digits.size()}; }
};

// Owns:    the payloads; rows are computed.
// Threads: immutable after construction; share freely.
// Errors:  the constructor may throw std::bad_alloc, the rest nothing.
class Dataset {
 public:
  struct Options {
    std::uint64_t seed;
    std::int64_t rows;  // there before the clock starts; their numbers are 0 to rows - 1
    Payload payload;
  };
  explicit Dataset(Options options);

  [[nodiscard]] std::int64_t rows() const noexcept { return options_.rows; }
  [[nodiscard]] std::uint64_t seed() const noexcept { return options_.seed; }
  [[nodiscard]] const Payload& payload() const noexcept { return options_.payload; }

  // Different rows have different ids.
  [[nodiscard]] TopicId id(std::uint64_t row) const noexcept;
  // Topics with different payloads: at least one, otherwise at most about a mebibyte of them.
  [[nodiscard]] const std::vector<Topic>& pool() const noexcept { return pool_; }
  // Makes a topic of the pool the row of this number. Allocates nothing.
  // REQUIRES: `topic` is a copy of one in pool().
  void stamp(std::uint64_t row, Topic& topic) const noexcept;

 private:
  [[nodiscard]] Topic variant(std::uint64_t number) const;

  Options options_;
  std::uint64_t id_base_;
  std::vector<Topic> pool_;
};

}  // namespace pragmark

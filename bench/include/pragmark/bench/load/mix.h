// The shares of operations in a load.
//
//   const Mix mix = Mix::parse("read=90,write=8,search=2");
//   const LoadOperation& one = *mix.parts()[mix.pick(bits)].operation;
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pragmark/bench/load/data.h"

namespace pragmark {

struct LoadOperation;

struct MixPart {
  const LoadOperation* operation;  // never null; static storage
  double share;                    // of all; above 0
};

inline constexpr double kLargestShare = 1e9;

// Owns:    its parts.
// Threads: immutable after construction; share freely.
// Errors:  parse() throws Error (kind Usage).
class Mix {
 public:
  // NAME=SHARE,..: shares are any positive numbers, and become parts of their sum.
  [[nodiscard]] static Mix parse(std::string_view text);

  // In the order in which they were written; never empty.
  [[nodiscard]] const std::vector<MixPart>& parts() const noexcept { return parts_; }
  // Which part random bits fall on.
  [[nodiscard]] std::size_t pick(std::uint64_t bits) const noexcept;
  [[nodiscard]] std::string text() const;
  // Of all parts together.
  [[nodiscard]] LoadData::Needs needs() const noexcept;
  [[nodiscard]] bool writes() const noexcept;

 private:
  std::vector<MixPart> parts_;
  std::vector<std::uint64_t> up_to_;  // bits below the first fall on the first part, ..
};

}  // namespace pragmark

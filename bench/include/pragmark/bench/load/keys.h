// Which row a request asks for: each with the same probability, or few of them most of the time.
//
//   const Keys keys(KeyOptions::parse("zipf:0.99"), data.rows());
//   SplitMix64 random(arrival.bits);
//   std::uint64_t row = keys.draw(random);
//
// Zipf: the k-th most wanted row is drawn with a probability proportional to k^-theta, by
// rejection-inversion (W. Hoermann and G. Derflinger, 1996): no table, a few random numbers a draw
// whatever the number of rows. The wanted rows are scattered over all, so that hot ones are no
// neighbours: rank k is row (k * step) mod rows, where step and rows have no common divisor.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "pragmark/bench/random.h"

namespace pragmark {

struct KeyOptions {
  enum class Kind { Uniform, Zipf };
  Kind kind = Kind::Uniform;
  double theta = 0.99;  // of Zipf

  // uniform, zipf or zipf:THETA. Throws Error (kind Usage).
  [[nodiscard]] static KeyOptions parse(std::string_view text);
  [[nodiscard]] std::string text() const;
};

inline constexpr double kLowestTheta = 0.01;
inline constexpr double kHighestTheta = 5;

// Owns:    nothing.
// Threads: immutable after construction; share freely.
// Errors:  none.
class Keys {
 public:
  // REQUIRES: rows > 0.
  Keys(const KeyOptions& options, std::int64_t rows) noexcept;

  // 0 to rows - 1.
  [[nodiscard]] std::uint64_t draw(SplitMix64& random) const noexcept;
  // 0 is the most wanted; when uniform they are all alike.
  [[nodiscard]] std::uint64_t draw_rank(SplitMix64& random) const noexcept;
  [[nodiscard]] std::uint64_t row_of_rank(std::uint64_t rank) const noexcept;

 private:
  [[nodiscard]] double integral(double x) const noexcept;
  [[nodiscard]] double inverse_integral(double x) const noexcept;
  [[nodiscard]] double weight(double x) const noexcept;

  KeyOptions options_;
  std::uint64_t rows_;
  std::uint64_t step_;
  double integral_first_ = 0;
  double integral_last_ = 0;
  double margin_ = 0;
};

}  // namespace pragmark

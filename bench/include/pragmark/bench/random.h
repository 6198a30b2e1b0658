// Seeded random numbers that cost two nanoseconds and are the same on every machine.
//
//   SplitMix64 random(seed);
//   std::uint64_t row = random.below(rows);
//
// Not for secrets. The generator is SplitMix64 (Steele, Lea and Flood, 2014).
#pragma once

#include <cstdint>

namespace pragmark {

// A bijection: different inputs give different outputs, scattered over all 64 bits.
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

inline constexpr std::uint64_t kGoldenGamma = 0x9e3779b97f4a7c15ULL;

// Owns:    its state of 64 bits.
// Threads: one thread at a time.
// Errors:  none.
class SplitMix64 {
 public:
  explicit constexpr SplitMix64(std::uint64_t seed) noexcept : state_(seed) {}

  constexpr std::uint64_t next() noexcept { return mix64(state_ += kGoldenGamma); }

  // 0 to limit - 1, each with the same probability up to limit / 2^64.
  // REQUIRES: limit > 0.
  constexpr std::uint64_t below(std::uint64_t limit) noexcept {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(next()) * limit) >> 64);
  }

 private:
  std::uint64_t state_;
};

}  // namespace pragmark

// A 64-bit hash of files, fast enough to tell 10,000 images apart, and a random number for each
// key. Not for anything that somebody might want to collide.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace pragmark::crash {

// splitmix64's finaliser.
[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

class Hash {
 public:
  void add(std::uint64_t word) noexcept {
    state_ = (state_ ^ word) * kFactor;
    state_ ^= state_ >> 32U;
  }
  // Four words at a time, so that no multiplication waits for the one before.
  void add(std::span<const unsigned char> bytes) noexcept {
    constexpr std::size_t kLanes = 4;
    std::array<std::uint64_t, kLanes> lanes{state_, ~state_, kFactor, ~kFactor};
    std::array<std::uint64_t, kLanes> words{};
    std::size_t i = 0;
    for (; i + sizeof words <= bytes.size(); i += sizeof words) {
      std::memcpy(words.data(), bytes.data() + i, sizeof words);
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        lanes[lane] = (lanes[lane] ^ words[lane]) * kFactor;
        lanes[lane] ^= lanes[lane] >> 32U;
      }
    }
    words = {};
    if (i < bytes.size()) std::memcpy(words.data(), bytes.data() + i, bytes.size() - i);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      add(mixed(lanes[lane]));
      add(words[lane]);
    }
    add(static_cast<std::uint64_t>(bytes.size()));
  }
  void add(std::string_view text) noexcept {
    add({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
  }
  [[nodiscard]] std::uint64_t value() const noexcept { return mixed(state_); }

 private:
  static constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15U;

  std::uint64_t state_ = 0x2545f4914f6cdd1dU;
};

// The same sequence for the same seed on every machine, which std::uniform_int_distribution does
// not promise.
class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept : state_(seed) {}
  [[nodiscard]] std::uint64_t next() noexcept { return mixed(state_ += 0x9e3779b97f4a7c15U); }
  // 0 .. limit-1. REQUIRES: limit > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t limit) noexcept { return next() % limit; }

 private:
  std::uint64_t state_;
};

}  // namespace pragmark::crash

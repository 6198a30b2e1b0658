// Numbers of SQLite's file formats: big-endian, whatever the machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pragmark::inspect {

// REQUIRES: `bytes` holds what is asked for.
[[nodiscard]] constexpr std::uint32_t big_endian_16(std::span<const std::uint8_t> bytes,
                                                    std::size_t at) noexcept {
  return (std::uint32_t{bytes[at]} << 8U) | bytes[at + 1];
}
[[nodiscard]] constexpr std::uint32_t big_endian_32(std::span<const std::uint8_t> bytes,
                                                    std::size_t at) noexcept {
  return (big_endian_16(bytes, at) << 16U) | big_endian_16(bytes, at + 2);
}

}  // namespace pragmark::inspect

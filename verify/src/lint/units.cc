// Values that are heard as written and lie so far from what the unit makes sensible that another
// unit was meant. The limits are chosen so that what people do on purpose passes.
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "lint/judge.h"

namespace pragmark::lint {
namespace {

constexpr std::int64_t kKib = 1024;
constexpr std::int64_t kDefaultPageBytes = 4096;
// More memory for one connection's pages than machines have that run SQLite.
constexpr std::int64_t kMostCacheBytes = std::int64_t{16} << 30;
constexpr std::int64_t kLongestTimeoutInSeconds = 60;  // 5 ms and 30 ms are meant as seconds
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kSmallestSizeBytes = 65'536;  // 16 pages: fewer bytes are meant as KiB

std::string in_gib(std::int64_t bytes) {
  constexpr double kGib = 1024.0 * 1024.0 * 1024.0;
  return fmt::format("{:.0f} GiB", static_cast<double>(bytes) / kGib);
}

Opinion slip(std::string heard, std::string advice) {
  return {"unit-slip", "", std::move(heard), std::move(advice)};
}

std::optional<Opinion> cache_slip(std::int64_t value) {
  const std::int64_t bytes = value > 0 ? value * kDefaultPageBytes : -value * kKib;
  if (bytes < kMostCacheBytes) return std::nullopt;
  return slip(fmt::format("{} {}: up to {} for each connection", value > 0 ? value : -value,
                          value > 0 ? "pages" : "KiB", in_gib(bytes)),
              "a positive number counts pages, a negative one KiB: -20000 is 20 MB");
}

std::optional<Opinion> timeout_slip(std::int64_t value) {
  if (value > 0 && value <= kLongestTimeoutInSeconds) {
    return slip(fmt::format("{} ms", value),
                fmt::format("it counts milliseconds: {} s are {}", value, value * 1000));
  }
  if (value < kHourMs) return std::nullopt;
  return slip(fmt::format("{} ms: {} hours", value, value / kHourMs),
              "it counts milliseconds: 5 s are 5000");
}

}  // namespace

std::optional<Opinion> unit_slip(std::string_view name, std::string_view heard) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(heard.data(), heard.data() + heard.size(), value);
  if (error != std::errc() || end != heard.data() + heard.size()) return std::nullopt;
  if (name == "cache_size") return cache_slip(value);
  if (name == "busy_timeout") return timeout_slip(value);
  const bool counts_bytes = name == "journal_size_limit" || name == "mmap_size";
  if (counts_bytes && value > 0 && value < kSmallestSizeBytes) {
    return slip(fmt::format("{} bytes, less than 16 pages", value),
                fmt::format("it counts bytes: {} KiB are {}", value, value * kKib));
  }
  if (name == "wal_autocheckpoint" && value >= kMostCacheBytes / kDefaultPageBytes) {
    return slip(fmt::format("{} pages: a WAL of {} before its first checkpoint", value,
                            in_gib(value * kDefaultPageBytes)),
                "it counts pages: 1000 are 4 MB");
  }
  return std::nullopt;
}

}  // namespace pragmark::lint

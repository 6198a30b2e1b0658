// A line of a protocol whose lines are JSON objects, as untrusted as any input: whatever is missing
// in it, of another type or out of range refuses the line.
//
//   const JsonLine line(text, kWorkerProtocol);
//   return line.read([&](const JsonLine::Json& json) {
//     return Task{.path = json.at("path"), .threads = line.number<int>(json, "threads", 1, 8)};
//   });
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace pragmark {

// Owns:    nothing; the text outlives it.
// Threads: one thread at a time.
// Errors:  every member throws Error (kind Usage), which shows the line and names the protocol.
class JsonLine {
 public:
  using Json = nlohmann::ordered_json;

  JsonLine(std::string_view text, std::string_view protocol) noexcept
      : text_(text), protocol_(protocol) {}

  [[noreturn]] void refuse(std::string_view why) const;

  // Runs `read` on the line's object.
  template <typename Read>
  auto read(Read read) const {
    try {
      const Json json = Json::parse(text_);
      return read(json);
    } catch (const Json::exception& error) {
      refuse(error.what());
    }
  }

  // A number from `low` to `high`, both included: nlohmann would wrap what does not fit.
  template <typename Number>
  [[nodiscard]] Number number(const Json& json, const char* key, std::int64_t low,
                              std::int64_t high) const {
    return static_cast<Number>(whole_number(json, key, low, high));
  }

 private:
  [[nodiscard]] std::int64_t whole_number(const Json& json, const char* key, std::int64_t low,
                                          std::int64_t high) const;

  std::string_view text_;
  std::string_view protocol_;
};

// As one line; text that is not UTF-8, as a file name or a message of the system need not be, is
// replaced.
[[nodiscard]] std::string line_of(const JsonLine::Json& json);

}  // namespace pragmark

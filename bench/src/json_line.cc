#include "json_line.h"

#include <cstddef>

#include <fmt/format.h>

#include "pragmark/error.h"

namespace pragmark {
namespace {

constexpr std::size_t kShownBytes = 80;  // of a line that is refused

}  // namespace

void JsonLine::refuse(std::string_view why) const {
  throw Error::usage(fmt::format("\"{}\": {}; the lines must be of {}",
                                 text_.substr(0, kShownBytes), why, protocol_));
}

std::int64_t JsonLine::whole_number(const Json& json, const char* key, std::int64_t low,
                                    std::int64_t high) const {
  const Json& value = json.at(key);
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() ||
                     value.get<std::uint64_t>() <= static_cast<std::uint64_t>(high)) &&
                    value.get<std::int64_t>() >= low && value.get<std::int64_t>() <= high;
  if (!fits) refuse(fmt::format("{} is not a number from {} to {}", key, low, high));
  return value.get<std::int64_t>();
}

std::string line_of(const JsonLine::Json& json) {
  return json.dump(-1, ' ', false, JsonLine::Json::error_handler_t::replace);
}

}  // namespace pragmark

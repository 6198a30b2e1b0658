#include "pragmark/bench/load/mix.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "pragmark/bench/load/operations.h"
#include "pragmark/error.h"

namespace pragmark {
namespace {

double share_of(std::string_view entry, std::string_view number) {
  double share = 0;
  const auto [end, code] = std::from_chars(number.data(), number.data() + number.size(), share);
  const bool whole = code == std::errc() && end == number.data() + number.size();
  if (whole && share > 0 && share <= kLargestShare) return share;
  throw Error::usage(
      fmt::format("mix {}: a share is a number above 0, at most {}", entry, kLargestShare));
}

[[noreturn]] void fail_unknown(std::string_view name) {
  std::vector<std::string_view> known;
  for (const LoadOperation& one : load_operations()) known.push_back(one.name);
  throw Error::usage(
      fmt::format("unknown operation {}: the known ones are {}", name, fmt::join(known, ", ")));
}

MixPart part_of(std::string_view entry) {
  const std::size_t equals = entry.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw Error::usage(
        fmt::format("mix \"{}\": give NAME=SHARE,.., as in read=90,write=10", entry));
  }
  const LoadOperation* operation = find_load_operation(entry.substr(0, equals));
  if (operation == nullptr) fail_unknown(entry.substr(0, equals));
  return {.operation = operation, .share = share_of(entry, entry.substr(equals + 1))};
}

}  // namespace

Mix Mix::parse(std::string_view text) {
  Mix mix;
  double sum = 0;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const MixPart part = part_of(text.substr(begin, end - begin));
    if (std::ranges::find(mix.parts_, part.operation, &MixPart::operation) != mix.parts_.end()) {
      throw Error::usage(fmt::format("mix {}: {} is there twice", text, part.operation->name));
    }
    sum += part.share;
    mix.parts_.push_back(part);
    begin = end + 1;
  }
  double before = 0;
  for (MixPart& part : mix.parts_) {
    before += part.share;
    part.share /= sum;
    const double limit = std::ldexp(before / sum, 64);
    mix.up_to_.push_back(limit < 0x1p64 ? static_cast<std::uint64_t>(limit)
                                        : std::numeric_limits<std::uint64_t>::max());
  }
  mix.up_to_.back() = std::numeric_limits<std::uint64_t>::max();
  return mix;
}

std::size_t Mix::pick(std::uint64_t bits) const noexcept {
  std::size_t part = 0;
  while (part + 1 < up_to_.size() && bits >= up_to_[part]) ++part;
  return part;
}

std::string Mix::text() const {
  std::string text;
  for (const MixPart& part : parts_) {
    text +=
        fmt::format("{}{}={:.6g}", text.empty() ? "" : ",", part.operation->name, part.share * 100);
  }
  return text;
}

LoadData::Needs Mix::needs() const noexcept {
  LoadData::Needs needs;
  for (const MixPart& part : parts_) {
    needs.documents = needs.documents || part.operation->needs.documents;
    needs.posts = needs.posts || part.operation->needs.posts;
  }
  return needs;
}

bool Mix::writes() const noexcept {
  return std::ranges::any_of(parts_, [](const MixPart& part) { return part.operation->writes; });
}

}  // namespace pragmark

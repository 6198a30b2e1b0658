#include "pragmark/bench/dataset.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "pragmark/assert.h"
#include "pragmark/bench/random.h"
#include "pragmark/error.h"

namespace pragmark {
namespace {

constexpr std::int64_t kArticleWords = 2000;
constexpr std::size_t kPoolBytes = 1 << 20;
constexpr std::size_t kLargestPool = 64;

constexpr std::array<std::string_view, 32> kWords = {
    "archive", "battery", "climate",  "database", "economy", "forest",  "glacier", "harbour",
    "index",   "journal", "kernel",   "library",  "market",  "network", "ocean",   "protein",
    "quantum", "reactor", "sampling", "theory",   "uranium", "vaccine", "weather", "xylem",
    "yield",   "zoology", "of",       "and",      "in",      "with",    "from",    "about"};
constexpr std::array<std::string_view, 4> kStatuses = {"new", "researching", "done", "published"};
constexpr std::array<std::string_view, 4> kLanguages = {"en", "de", "fr", "pl"};
constexpr std::array<std::string_view, 4> kDomains = {"science", "finance", "health", "history"};
constexpr std::int64_t kPriorities = 5;

// 1 January 2024, so that a row's times do not depend on when it was written.
constexpr Timestamp kFirstTime{std::chrono::milliseconds{1'704'067'200'000}};

// Appends words, up to `words` of them or, when that is 0, up to `bytes` bytes exactly.
std::string prose(SplitMix64& random, std::int64_t words, std::int64_t bytes) {
  std::string text;
  const auto byte_limit = static_cast<std::size_t>(bytes);
  for (std::int64_t count = 0; words > 0 ? count < words : text.size() < byte_limit; ++count) {
    if (count > 0) text += ' ';
    text += kWords[random.below(kWords.size())];
  }
  if (words == 0) text.resize(byte_limit);
  return text;
}

std::size_t text_bytes(const Topic& topic) {
  return topic.id.size() + topic.title.size() + topic.description.size() + topic.status.size() +
         topic.language.size() + topic.domain.size() +
         (topic.research_report ? topic.research_report->size() : 0);
}

}  // namespace

Payload Payload::parse(std::string_view text) {
  if (text == "small") return {.name = "small"};
  if (text == "article") return {.name = "article", .report_words = kArticleWords};
  std::int64_t bytes = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), bytes);
  if (code != std::errc() || end != text.data() + text.size() || bytes < 1 ||
      bytes > kLargestPayloadBytes) {
    throw Error::usage(
        fmt::format("payload {}: give small, article or a number of bytes from 1 to {}", text,
                    kLargestPayloadBytes));
  }
  return {.name = std::to_string(bytes), .report_bytes = bytes};
}

Dataset::Dataset(Options options) : options_(std::move(options)), id_base_(mix64(options_.seed)) {
  PRAGMARK_ASSERT(options_.rows >= 0);
  pool_.push_back(variant(0));
  const std::size_t size =
      std::clamp<std::size_t>(kPoolBytes / text_bytes(pool_[0]), 1, kLargestPool);
  while (pool_.size() < size) pool_.push_back(variant(pool_.size()));
}

TopicId Dataset::id(std::uint64_t row) const noexcept {
  constexpr char kDigits[] = "0123456789abcdef";
  std::uint64_t bits = mix64(id_base_ + (row * kGoldenGamma));
  TopicId id;
  for (std::size_t i = id.digits.size(); i-- > 0; bits >>= 4) id.digits[i] = kDigits[bits & 15];
  return id;
}

Topic Dataset::variant(std::uint64_t number) const {
  SplitMix64 random(mix64(options_.seed + number) ^ kGoldenGamma);
  Topic topic;
  topic.id.resize(TopicId{}.digits.size());
  topic.title = prose(random, 0, 40);
  topic.description = prose(random, 0, 100);
  topic.status = kStatuses[random.below(kStatuses.size())];
  topic.priority = static_cast<std::int64_t>(random.below(kPriorities)) + 1;
  topic.language = kLanguages[random.below(kLanguages.size())];
  topic.domain = kDomains[random.below(kDomains.size())];
  if (options_.payload.report_words > 0 || options_.payload.report_bytes > 0) {
    topic.research_report =
        prose(random, options_.payload.report_words, options_.payload.report_bytes);
  }
  return topic;
}

void Dataset::stamp(std::uint64_t row, Topic& topic) const noexcept {
  const TopicId id = this->id(row);
  PRAGMARK_ASSERT(topic.id.size() == id.digits.size());
  std::memcpy(topic.id.data(), id.digits.data(), id.digits.size());
  topic.created_at = kFirstTime + std::chrono::milliseconds{static_cast<std::int64_t>(row)};
  topic.updated_at = topic.created_at;
}

}  // namespace pragmark

#include "pragmark/bench/load/data.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include "pragmark/verify/interrupt.h"

namespace pragmark {
namespace {

constexpr std::int64_t kTopicsForADocument = 10;
constexpr std::int64_t kFewestDocuments = 100;
constexpr std::int64_t kMostDocuments = 100'000;
constexpr std::int64_t kMostPosts = 100'000;
constexpr int kDocumentWords = 120;
constexpr int kTitleWords = 6;
constexpr std::int64_t kRowsPerTransaction = 2000;

// Apart from each other and from the topics' numbers.
constexpr std::uint64_t kDocumentIds = 0x646f63756d656e74;
constexpr std::uint64_t kPostIds = 0x626c6f67706f7374;
constexpr std::uint64_t kSocialIds = 0x736f6369616c;
constexpr std::uint64_t kWords = 0x776f726473;
constexpr std::uint64_t kHashes = 0x68617368;

constexpr std::array<std::string_view, 4> kStatuses = {"new", "review", "done", "published"};
constexpr std::array<std::string_view, 4> kLanguages = {"en", "de", "fr", "pl"};
constexpr Timestamp kFirstTime{std::chrono::milliseconds{1'704'067'200'000}};

TopicId id_of(std::uint64_t seed, std::uint64_t stream, std::uint64_t number) noexcept {
  constexpr char kDigits[] = "0123456789abcdef";
  std::uint64_t bits = mix64(mix64(seed ^ stream) + number * kGoldenGamma);
  TopicId id;
  for (std::size_t i = id.digits.size(); i-- > 0; bits >>= 4) id.digits[i] = kDigits[bits & 15];
  return id;
}

// The word of this number: two syllables of 64, "katu". The square makes words of low numbers
// common: one word in 64 is the commonest, the median one is in every thirtieth document.
void append_word(std::uint64_t bits, std::string& into) {
  constexpr std::string_view kConsonants = "bdfghjklmnprstvz";
  constexpr std::string_view kVowels = "aeiu";
  const std::uint64_t u = bits >> 32;
  const std::uint64_t number = (u * u) >> 52;  // 12 bits
  for (const std::uint64_t syllable : {number >> 6, number & 63}) {
    into += kConsonants[syllable >> 2];
    into += kVowels[syllable & 3];
  }
}

std::uint64_t word_bits(std::uint64_t seed, std::uint64_t document, std::uint64_t place) noexcept {
  return mix64(mix64(mix64(seed ^ kWords) + document * kGoldenGamma) + place);
}

void append_words(std::uint64_t seed, std::uint64_t document, int first, int count,
                  std::string& into) {
  for (int i = 0; i < count; ++i) {
    if (i > 0) into += ' ';
    append_word(word_bits(seed, document, static_cast<std::uint64_t>(first + i)), into);
  }
}

Timestamp time_of(std::uint64_t number) noexcept {
  return kFirstTime + std::chrono::milliseconds{static_cast<std::int64_t>(number)};
}

}  // namespace

LoadData::LoadData(const Dataset& topics, const Needs& needs) noexcept : topics_(topics) {
  if (needs.documents) {
    documents_ = std::clamp(topics.rows() / kTopicsForADocument, kFewestDocuments, kMostDocuments);
  }
  if (needs.posts) posts_ = std::min(topics.rows(), kMostPosts);
}

TopicId LoadData::document_id(std::uint64_t number) const noexcept {
  return id_of(topics_.seed(), kDocumentIds, number);
}

TopicId LoadData::post_id(std::uint64_t number) const noexcept {
  return id_of(topics_.seed(), kPostIds, number);
}

void LoadData::make_hash(std::uint64_t number, std::string& into) const {
  into = id_of(topics_.seed(), kHashes, number).view();
}

void LoadData::make_document(std::uint64_t number, Document& into) const {
  into.id = document_id(number).view();
  into.title.clear();
  append_words(topics_.seed(), number, kDocumentWords, kTitleWords, into.title);
  into.content.clear();
  append_words(topics_.seed(), number, 0, kDocumentWords, into.content);
  const std::uint64_t bits = word_bits(topics_.seed(), number, kDocumentWords + kTitleWords);
  into.language = kLanguages[bits % kLanguages.size()];
  into.status = kStatuses[(bits >> 8) % kStatuses.size()];
  make_hash(number, into.content_hash);
  into.created_at = into.updated_at = time_of(number);
}

void LoadData::make_post(std::uint64_t number, std::string_view topic_id, BlogPost& into) const {
  into.id = post_id(number).view();
  into.research_topic_id = topic_id;
  into.title.clear();
  append_words(topics_.seed(), ~number, kDocumentWords, kTitleWords, into.title);
  into.content.clear();
  append_words(topics_.seed(), ~number, 0, kDocumentWords, into.content);
  into.language = kLanguages[number % kLanguages.size()];
  into.status = kStatuses[(number >> 2) % kStatuses.size()];
  into.created_at = into.updated_at = time_of(number);
}

void LoadData::search_words(std::uint64_t number, SplitMix64& random, std::string& into) const {
  into.clear();
  append_word(word_bits(topics_.seed(), number, random.below(kDocumentWords)), into);
  into += ' ';
  append_word(word_bits(topics_.seed(), number, random.below(kDocumentWords)), into);
}

void LoadData::fill(Store& store, const Progress& progress) const {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::seconds kInterval{1};
  Clock::time_point next_report = Clock::now() + kInterval;
  const auto in_batches = [&](std::int64_t rows, auto insert) {
    for (std::int64_t first = 0; first < rows; first += kRowsPerTransaction) {
      throw_if_interrupted();
      if (Clock::now() >= next_report) {
        progress(first, rows);
        next_report = Clock::now() + kInterval;
      }
      store.batch([&](Writer& writer) {
        const std::int64_t last = std::min(rows, first + kRowsPerTransaction);
        for (std::int64_t row = first; row < last; ++row) {
          insert(writer, static_cast<std::uint64_t>(row));
        }
      });
    }
  };
  Document document;
  in_batches(documents_, [&](Writer& writer, std::uint64_t row) {
    make_document(row, document);
    writer.insert(document);
  });
  BlogPost post;
  SocialPost social{.platform = "forum", .content = "a new post", .status = "new"};
  in_batches(posts_, [&](Writer& writer, std::uint64_t row) {
    make_post(row, topics_.id(row).view(), post);
    writer.insert(post);
    for (std::uint64_t which = 0; which < 2; ++which) {
      social.id = id_of(topics_.seed(), kSocialIds, 2 * row + which).view();
      social.blog_post_id = post.id;
      social.created_at = social.updated_at = post.created_at;
      writer.insert(social);
    }
  });
}

}  // namespace pragmark

// A request is made from random bits that its arrival carries. Its answer is compared with what was
// asked for as far as that can be done without a second request.
#include "pragmark/bench/load/operations.h"

#include <algorithm>
#include <array>
#include <utility>

#include "pragmark/bench/random.h"

namespace pragmark {

// What the requests of one thread use again and again.
class StoreRequests final : public LoadClient {
 public:
  explicit StoreRequests(const LoadClientOptions& options)
      : store(*options.store),
        data(*options.data),
        topics(data.topics()),
        answer(topics.pool().front()),
        pool(topics.pool()),
        keys_(*options.keys),
        mix_(*options.mix),
        stride_(static_cast<std::uint64_t>(options.threads)),
        next_topic_(first_of(topics.rows(), options.thread)),
        next_document_(first_of(data.documents(), options.thread)),
        // Later than every topic there is, so that they do not push it off its history's first
        // page.
        next_post_(first_of(topics.rows(), options.thread)) {}

  std::size_t operation_of(std::uint64_t bits) override { return mix_.pick(bits); }
  bool run(std::size_t operation, std::uint64_t bits) override {
    SplitMix64 random(bits);
    return mix_.parts()[operation].operation->run(*this, random);
  }

  std::uint64_t row(SplitMix64& random) const { return keys_.draw(random); }
  std::uint64_t document(SplitMix64& random) const {
    return random.below(static_cast<std::uint64_t>(data.documents()));
  }
  Topic& any_topic(SplitMix64& random) { return pool[random.below(pool.size())]; }
  // So few that a status or a priority may have none.
  [[nodiscard]] bool few_topics() const noexcept { return topics.rows() < kFewTopics; }
  // Also when the write fails: whether it did is for the count of acknowledged ones to say.
  std::uint64_t new_topic() noexcept { return std::exchange(next_topic_, next_topic_ + stride_); }
  std::uint64_t new_document() noexcept {
    return std::exchange(next_document_, next_document_ + stride_);
  }
  std::uint64_t new_post() noexcept { return std::exchange(next_post_, next_post_ + stride_); }

  Store& store;
  const LoadData& data;
  const Dataset& topics;
  Topic answer;  // its strings already have memory
  std::vector<Topic> pool;
  Document scratch_document;
  BlogPost scratch_post;
  std::string scratch_text;

 private:
  static constexpr std::int64_t kFewTopics = 1000;
  static std::uint64_t first_of(std::int64_t rows, int thread) noexcept {
    return static_cast<std::uint64_t>(rows + thread);
  }

  const Keys& keys_;
  const Mix& mix_;
  std::uint64_t stride_;
  std::uint64_t next_topic_;
  std::uint64_t next_document_;
  std::uint64_t next_post_;
};

namespace {

constexpr std::int64_t kPage = 20;  // rows of a list: what a page shows

constexpr std::array<std::string_view, 4> kDocumentLanguages = {"en", "de", "fr", "pl"};

bool read(StoreRequests& client, SplitMix64& random) {
  const TopicId id = client.topics.id(client.row(random));
  return client.store.get_topic(id.view(), client.answer) && client.answer.id == id.view();
}

bool cached_research(StoreRequests& client, SplitMix64& random) {
  const TopicId id = client.topics.id(client.row(random));
  const bool expected = client.topics.pool().front().research_report.has_value();
  return client.store.cached_research(id.view()).has_value() == expected;
}

bool list(StoreRequests& client, SplitMix64& random) {
  const std::string& status = client.any_topic(random).status;
  const std::vector<Topic> found = client.store.topics_by_status(status, {.limit = kPage});
  return (!found.empty() || client.few_topics()) &&
         std::ranges::all_of(found, [&](const Topic& one) { return one.status == status; });
}

bool list_priority(StoreRequests& client, SplitMix64& random) {
  const std::int64_t priority = client.any_topic(random).priority;
  const std::vector<Topic> found = client.store.topics_by_priority(priority, {.limit = kPage});
  return (!found.empty() || client.few_topics()) &&
         std::ranges::all_of(found, [&](const Topic& one) { return one.priority == priority; });
}

bool history(StoreRequests& client, SplitMix64& random) {
  const std::uint64_t row = client.row(random);
  const TopicId id = client.topics.id(row);
  const std::vector<HistoryEntry> found =
      client.store.content_history(id.view(), {.limit = kPage, .order = Order::OldestFirst});
  const bool has_posts = static_cast<std::int64_t>(row) < client.data.posts();
  const bool has_topic =
      std::ranges::any_of(found, [&](const HistoryEntry& one) { return one.id == id.view(); });
  return has_topic && found.size() >= (has_posts ? 4U : 1U);  // it, its post, two social posts
}

bool posts(StoreRequests& client, SplitMix64& random) {
  const std::uint64_t row = client.row(random);
  const TopicId id = client.topics.id(row);
  const std::vector<TopicPost> found = client.store.posts_of_topic(id.view(), {.limit = kPage});
  const bool has_posts = static_cast<std::int64_t>(row) < client.data.posts();
  return (!found.empty() || !has_posts) && std::ranges::all_of(found, [&](const TopicPost& one) {
           return one.post.research_topic_id == id.view();
         });
}

bool get_document(StoreRequests& client, SplitMix64& random) {
  const TopicId id = client.data.document_id(client.document(random));
  const std::optional<Document> found = client.store.get_document(id.view());
  return found && found->id == id.view();
}

bool list_documents(StoreRequests& client, SplitMix64& random) {
  const std::string_view language = kDocumentLanguages[random.below(kDocumentLanguages.size())];
  const std::vector<Document> found =
      client.store.documents_by_language(language, {.limit = kPage});
  return !found.empty() &&
         std::ranges::all_of(found, [&](const Document& one) { return one.language == language; });
}

bool duplicate(StoreRequests& client, SplitMix64& random) {
  client.data.make_hash(client.document(random), client.scratch_text);
  const std::optional<Document> found = client.store.find_duplicate_by_hash(client.scratch_text);
  return found && found->content_hash == client.scratch_text;
}

bool search(StoreRequests& client, SplitMix64& random) {
  client.data.search_words(client.document(random), random, client.scratch_text);
  const std::vector<Document> found = client.store.search_documents(client.scratch_text, kPage);
  const std::string_view first = std::string_view(client.scratch_text).substr(0, 4);
  return !found.empty() && std::ranges::all_of(found, [&](const Document& one) {
    return one.content.find(first) != std::string::npos ||
           one.title.find(first) != std::string::npos;
  });
}

bool nothing(StoreRequests& /*client*/, SplitMix64& /*random*/) { return true; }

bool write(StoreRequests& client, SplitMix64& random) {
  Topic& topic = client.any_topic(random);
  client.topics.stamp(client.new_topic(), topic);
  client.store.insert(topic);
  return true;
}

// Another topic's text, status and priority under the same id.
Topic& changed(StoreRequests& client, SplitMix64& random) {
  const std::uint64_t row = client.row(random);
  Topic& topic = client.any_topic(random);
  client.topics.stamp(row, topic);
  return topic;
}

bool update(StoreRequests& client, SplitMix64& random) {
  return client.store.update(changed(client, random));
}

bool upsert(StoreRequests& client, SplitMix64& random) {
  client.store.upsert(changed(client, random));
  return true;
}

bool insert_document(StoreRequests& client, SplitMix64& /*random*/) {
  client.data.make_document(client.new_document(), client.scratch_document);
  client.store.insert(client.scratch_document);
  return true;
}

bool insert_post(StoreRequests& client, SplitMix64& random) {
  const TopicId topic = client.topics.id(client.row(random));
  client.data.make_post(client.new_post(), topic.view(), client.scratch_post);
  client.store.insert(client.scratch_post);
  return true;
}

constexpr LoadData::Needs kTopics = {};
constexpr LoadData::Needs kDocuments = {.documents = true};
constexpr LoadData::Needs kPosts = {.posts = true};

constexpr LoadOperation kOperations[] = {
    {"read", "a topic by its id", false, kTopics, AddedRows::None, read},
    {"research", "a topic's stored report", false, kTopics, AddedRows::None, cached_research},
    {"list", "the 20 newest topics of a status", false, kTopics, AddedRows::None, list},
    {"list_priority", "the 20 newest topics of a priority", false, kTopics, AddedRows::None,
     list_priority},
    {"history", "a topic with its blog posts and social posts", false, kPosts, AddedRows::None,
     history},
    {"posts", "a topic's blog posts, with how many social posts each has", false, kPosts,
     AddedRows::None, posts},
    {"get_document", "a document by its id", false, kDocuments, AddedRows::None, get_document},
    {"list_documents", "the 20 newest documents of a language", false, kDocuments, AddedRows::None,
     list_documents},
    {"duplicate", "the oldest document with a hash", false, kDocuments, AddedRows::None, duplicate},
    {"search", "the 20 best documents that hold two words (full text)", false, kDocuments,
     AddedRows::None, search},
    {"write", "inserts a topic", true, kTopics, AddedRows::Topic, write},
    {"update", "changes all columns of a topic", true, kTopics, AddedRows::None, update},
    {"upsert", "inserts a topic that is there already", true, kTopics, AddedRows::None, upsert},
    {"insert_document", "inserts a document, with its words into the full-text index", true,
     kDocuments, AddedRows::Document, insert_document},
    {"insert_post", "inserts a blog post of a topic", true, kPosts, AddedRows::BlogPost,
     insert_post},
    {"nothing", "no request: what this program itself can offer", false, kTopics, AddedRows::None,
     nothing},
};

}  // namespace

std::span<const LoadOperation> load_operations() noexcept { return kOperations; }

const LoadOperation* find_load_operation(std::string_view name) noexcept {
  const auto* found = std::ranges::find(kOperations, name, &LoadOperation::name);
  return found == std::end(kOperations) ? nullptr : found;
}

std::unique_ptr<LoadClient> make_load_client(const LoadClientOptions& options) {
  return std::make_unique<StoreRequests>(options);
}

}  // namespace pragmark

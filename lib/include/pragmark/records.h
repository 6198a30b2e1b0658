// The rows of the four tables. Text ids; times are UTC in milliseconds since the Unix epoch. Every
// field has an initializer, so that a row can be written as Topic{.id = "t", .title = "One"}.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>

namespace pragmark {

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

struct Document {
  std::string id = {};
  std::string title = {};
  std::string content = {};
  std::optional<std::string> source_url = {};
  std::string language = {};
  std::string status = {};
  std::string content_hash = {};
  Timestamp created_at = {};
  Timestamp updated_at = {};

  bool operator==(const Document&) const = default;
};

struct Topic {
  std::string id = {};
  std::string title = {};
  std::string description = {};
  std::string status = {};
  std::int64_t priority = 0;
  std::string language = {};
  std::string domain = {};
  std::optional<std::string> research_report = {};  // 2,000 words and more once research was done
  Timestamp created_at = {};
  Timestamp updated_at = {};

  bool operator==(const Topic&) const = default;
};

struct BlogPost {
  std::string id = {};
  std::string research_topic_id = {};  // -> Topic::id; a topic with posts cannot be deleted
  std::string title = {};
  std::string content = {};
  std::string language = {};
  std::string status = {};
  Timestamp created_at = {};
  Timestamp updated_at = {};

  bool operator==(const BlogPost&) const = default;
};

struct SocialPost {
  std::string id = {};
  std::string blog_post_id = {};  // -> BlogPost::id; goes with it
  std::string platform = {};
  std::string content = {};
  std::string status = {};
  Timestamp created_at = {};
  Timestamp updated_at = {};

  bool operator==(const SocialPost&) const = default;
};

template <typename T>
concept Record = std::same_as<T, Document> || std::same_as<T, Topic> || std::same_as<T, BlogPost> ||
    std::same_as<T, SocialPost>;

}  // namespace pragmark

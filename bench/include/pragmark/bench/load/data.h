// What a load finds in the database besides the topics of dataset.h: documents to search, blog
// posts and social posts. Computed from a seed, the same on every machine.
//
//   const LoadData data(topics, {.documents = true});
//   data.fill(store, progress);                    // before the clock
//   std::string words = data.search_words(17, random);   // two of document 17's words
//
// Only what the mix asks for is there, so that a load of reads and writes has the database that
// `pragmark bench` has. Sizes: a document for ten topics (at least 100, at most 100,000), of 120
// words from a vocabulary of 4,096 in which some are common and most are rare; a blog post for each
// of the first 100,000 topics, with two social posts each. --payload changes topics only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "pragmark/bench/dataset.h"
#include "pragmark/bench/random.h"
#include "pragmark/records.h"
#include "pragmark/store.h"

namespace pragmark {

// Owns:    nothing; the topics outlive it.
// Threads: immutable after construction; share freely.
// Errors:  fill() throws Error, and Interrupted when the program is to stop; the rest
// std::bad_alloc
//          at most.
class LoadData {
 public:
  struct Needs {
    bool documents = false;
    bool posts = false;
  };
  LoadData(const Dataset& topics, const Needs& needs) noexcept;

  [[nodiscard]] const Dataset& topics() const noexcept { return topics_; }
  // There before the clock starts: numbers 0 to documents() - 1.
  [[nodiscard]] std::int64_t documents() const noexcept { return documents_; }
  // Post n belongs to topic n.
  [[nodiscard]] std::int64_t posts() const noexcept { return posts_; }
  [[nodiscard]] bool empty() const noexcept { return documents_ == 0 && posts_ == 0; }

  [[nodiscard]] TopicId document_id(std::uint64_t number) const noexcept;
  [[nodiscard]] TopicId post_id(std::uint64_t number) const noexcept;
  // Into a document whose strings are used again: nothing is allocated after the first time.
  void make_document(std::uint64_t number, Document& into) const;
  void make_post(std::uint64_t number, std::string_view topic_id, BlogPost& into) const;
  // Of a document that was there before the clock.
  void search_words(std::uint64_t number, SplitMix64& random, std::string& into) const;
  void make_hash(std::uint64_t number, std::string& into) const;

  using Progress = std::function<void(std::int64_t done, std::int64_t all)>;
  void fill(Store& store, const Progress& progress) const;

 private:
  const Dataset& topics_;
  std::int64_t documents_ = 0;
  std::int64_t posts_ = 0;
};

}  // namespace pragmark

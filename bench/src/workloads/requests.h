// The two requests that the built-in workloads are made of: read a topic, write a topic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pragmark/assert.h"
#include "pragmark/bench/random.h"
#include "pragmark/bench/workload.h"

namespace pragmark {

// Reads a topic that was there before the clock started, each with the same probability, and
// compares the id of the answer with the id that was asked for.
class TopicReader {
 public:
  // REQUIRES: the data set has rows.
  explicit TopicReader(const ClientOptions& options)
      : subject_(*options.subject),
        data_(*options.data),
        random_(mix64(options.data->seed() ^ kStream) + static_cast<std::uint64_t>(options.thread)),
        answer_(options.data->pool().front()) {  // its strings already have memory
    PRAGMARK_ASSERT(data_.rows() > 0);
  }

  Outcome run() {
    const TopicId id = data_.id(random_.below(static_cast<std::uint64_t>(data_.rows())));
    if (!subject_.read(id.view(), answer_)) return Outcome::WrongRow;
    return answer_.id == id.view() ? Outcome::Read : Outcome::WrongRow;
  }

 private:
  static constexpr std::uint64_t kStream = 0x7265616473;  // apart from the schedule's numbers

  Subject& subject_;
  const Dataset& data_;
  SplitMix64 random_;
  Topic answer_;
};

// Inserts topics that no other client inserts: the clients take turns in numbering theirs.
class TopicWriter {
 public:
  explicit TopicWriter(const ClientOptions& options)
      : subject_(*options.subject),
        data_(*options.data),
        topics_(options.data->pool()),
        row_(static_cast<std::uint64_t>(options.data->rows() + options.thread)),
        stride_(static_cast<std::uint64_t>(options.threads)) {}

  Outcome run() {
    subject_.write(next_topic());
    return Outcome::Written;
  }

  Started start() {
    return {.outcome = Outcome::Written, .written = subject_.submit(next_topic())};
  }

 private:
  const Topic& next_topic() noexcept {
    Topic& topic = topics_[next_];
    if (++next_ == topics_.size()) next_ = 0;
    data_.stamp(row_, topic);
    row_ += stride_;  // also when the write fails: whether it did is for the harness to judge
    return topic;
  }

  Subject& subject_;
  const Dataset& data_;
  std::vector<Topic> topics_;
  std::size_t next_ = 0;
  std::uint64_t row_;
  std::uint64_t stride_;
};

}  // namespace pragmark

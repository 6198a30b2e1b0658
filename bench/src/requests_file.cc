#include "pragmark/bench/requests_file.h"

#include <cstddef>
#include <fstream>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "pragmark/assert.h"
#include "pragmark/bench/workload.h"
#include "pragmark/error.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kRequestsPerLook = 1000;  // at interrupts

std::int64_t milliseconds(Timestamp time) { return time.time_since_epoch().count(); }

// Takes requests down instead of making them, and gives the answer that the client waits for.
class Recorder final : public Subject {
 public:
  Recorder(std::ofstream& file, const std::vector<Topic>& pool) : file_(file) {
    Json topics = Json::array();
    for (std::size_t i = 0; i < pool.size(); ++i) {
      const Topic& topic = pool[i];
      // Two with the same texts are the same topic.
      numbers_.emplace(texts_of(topic), i);
      topics.push_back({topic.title, topic.description, topic.status, topic.priority,
                        topic.language, topic.domain,
                        topic.research_report ? Json(*topic.research_report) : Json()});
    }
    put({{"topics", std::move(topics)}});
  }

  void put(const Json& line) { file_ << line.dump() << '\n'; }

  void warm_up() override {}
  bool read(std::string_view id, Topic& into) override {
    put(Json::array({id}));
    into.id.assign(id);
    return true;
  }
  void write(const Topic& topic) override {
    const auto found = numbers_.find(texts_of(topic));
    PRAGMARK_ASSERT(found != numbers_.end());
    put(Json::array(
        {found->second, topic.id, milliseconds(topic.created_at), milliseconds(topic.updated_at)}));
  }
  std::int64_t count_topics() override { return 0; }
  std::vector<std::string> check() override { return {}; }

 private:
  static std::string texts_of(const Topic& topic) { return topic.title + '\n' + topic.description; }

  std::ofstream& file_;
  std::unordered_map<std::string, std::size_t> numbers_;  // from texts to the place in the pool
};

}  // namespace

void write_requests_file(const std::string& path, const Configuration& configuration,
                         const Dataset& data, int process, std::int64_t operations) {
  std::ofstream file(path);
  Recorder recorder(file, data.pool());
  for (int thread = 0; thread < configuration.threads; ++thread) {
    recorder.put({{"thread", thread}});
    const std::unique_ptr<Client> client = configuration.workload->make_client(
        {.subject = &recorder,
         .data = &data,
         .thread = (process * configuration.threads) + thread,
         .threads = configuration.processes * configuration.threads,
         .operations = operations,
         .reads_percent = configuration.reads_percent});
    for (std::int64_t i = 0; i < operations; ++i) {
      if (i % kRequestsPerLook == 0) throw_if_interrupted();
      PRAGMARK_ASSERT(client->run() != Outcome::WrongRow);
    }
  }
  file.flush();
  if (!file) throw Error::environment("write", "the disk does not take it", path);
}

}  // namespace pragmark

// Question: how many topics by id do N clients read in a second at the same time?
// Timed: as in sequential_read, from the moment when every thread is at its first request until the
//   last thread is done with its last one.
// Not timed: starting threads, opening and proving connections, the checks afterwards.
// Wrong if: an answer is missing or belongs to another id; if threads ran one after the other
//   because each had too little to do (give --min-time, not a small --ops).
#include "requests.h"
#include "workloads.h"

namespace pragmark {
namespace {

class ConcurrentRead final : public Client {
 public:
  explicit ConcurrentRead(const ClientOptions& options) : reader_(options) {}
  Outcome run() override { return reader_.run(); }

 private:
  TopicReader reader_;
};

}  // namespace

std::unique_ptr<Client> make_concurrent_read(const ClientOptions& options) {
  return std::make_unique<ConcurrentRead>(options);
}

}  // namespace pragmark

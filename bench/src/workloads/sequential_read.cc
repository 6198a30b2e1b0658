// Question: how many topics by id does one client read in a second, one request after the other?
// Timed: choosing an id, Subject::read into memory that is used again, comparing the id.
// Not timed: opening and proving connections, making data, the checks afterwards.
// Wrong if: an answer is missing or belongs to another id (checked on every read); if rows are read
//   that never leave the page cache, it says nothing about a disk (give --rows beyond memory).
#include "requests.h"
#include "workloads.h"

namespace pragmark {
namespace {

class SequentialRead final : public Client {
 public:
  explicit SequentialRead(const ClientOptions& options) : reader_(options) {}
  Outcome run() override { return reader_.run(); }

 private:
  TopicReader reader_;
};

}  // namespace

std::unique_ptr<Client> make_sequential_read(const ClientOptions& options) {
  return std::make_unique<SequentialRead>(options);
}

}  // namespace pragmark

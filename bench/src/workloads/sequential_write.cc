// Question: how many single-row transactions does one client commit in a second?
// Timed: Subject::write, BEGIN IMMEDIATE to COMMIT, and so every checkpoint that SQLite makes on
//   the committing thread. Ids are in random order, as UUIDs are.
//   With --in-flight N the client queues up to N writes, and waits for the oldest.
// Not timed: opening and proving connections, making rows (only id and times are set on the clock).
// Wrong if: rows found afterwards differ from commits acknowledged, or integrity_check finds
//   something; a run shorter than several checkpoint intervals (`checkpoints`) flatters the rate.
#include "requests.h"
#include "workloads.h"

namespace pragmark {
namespace {

class SequentialWrite final : public Client {
 public:
  explicit SequentialWrite(const ClientOptions& options) : writer_(options) {}
  Outcome run() override { return writer_.run(); }
  Started start() override { return writer_.start(); }

 private:
  TopicWriter writer_;
};

}  // namespace

std::unique_ptr<Client> make_sequential_write(const ClientOptions& options) {
  return std::make_unique<SequentialWrite>(options);
}

}  // namespace pragmark

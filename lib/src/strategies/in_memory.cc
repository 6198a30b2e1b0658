// An in-memory database lives in its connection, so there is one, kept for as long as the store
// lives, and operations take turns on it.
#include <mutex>

#include "factories.h"
#include "fair_lock.h"

namespace pragmark::internal {
namespace {

class InMemory final : public Strategy {
 public:
  explicit InMemory(Database database)
      : Strategy(std::move(database)), connection_(connector().open(ConnectionKind::InMemory)) {}

  void read(Operation operation) override { maintain(operation); }

  void write(Operation operation, Extent /*extent*/) override {
    const std::lock_guard turn(queue_);
    Transaction transaction(connection_);
    operation(connection_);
    transaction.commit();
  }

  void maintain(Operation operation) override {
    const std::lock_guard turn(queue_);
    operation(connection_);
  }

 private:
  FairLock queue_;
  Connection connection_;  // guarded by queue_
};

}  // namespace

std::unique_ptr<Strategy> make_in_memory(Database database) {
  return std::make_unique<InMemory>(std::move(database));
}

}  // namespace pragmark::internal

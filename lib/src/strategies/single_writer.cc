// single-writer: a persistent read-only connection for each thread, and one read-write connection
// for all of them, behind a fair queue. Writers of this process never meet in SQLite's lock, so the
// busy handler only serves those of other processes.
#include <mutex>
#include <optional>

#include "factories.h"
#include "fair_lock.h"
#include "thread_connections.h"

namespace pragmark::internal {
namespace {

class SingleWriter final : public Strategy {
 public:
  explicit SingleWriter(Database database)
      : Strategy(std::move(database)), readers_(connector(), ConnectionKind::ReadOnly) {}

  void read(Operation operation) override { operation(readers_.mine()); }

  void write(Operation operation) override {
    const std::lock_guard turn(queue_);
    Connection& connection = writer();
    Transaction transaction(connection);
    operation(connection);
    transaction.commit();
  }

  void maintain(Operation operation) override {
    const std::lock_guard turn(queue_);
    operation(writer());
  }

  void warm_up() override {
    {
      const std::lock_guard turn(queue_);
      static_cast<void>(writer());
    }
    static_cast<void>(readers_.mine());
  }

 private:
  // REQUIRES: the caller has the turn.
  [[nodiscard]] Connection& writer() {
    if (!writer_) writer_ = connector().open(ConnectionKind::ReadWrite);
    return *writer_;
  }

  ThreadConnections readers_;
  FairLock queue_;
  std::optional<Connection> writer_;  // guarded by queue_
};

}  // namespace

std::unique_ptr<Strategy> make_single_writer(Database database) {
  return std::make_unique<SingleWriter>(std::move(database));
}

}  // namespace pragmark::internal

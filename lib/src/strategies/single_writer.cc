// single-writer: a persistent read-only connection for each thread, and one read-write connection
// for all of them, behind a fair queue. Writers of this process never meet in SQLite's lock, so the
// busy handler only serves those of other processes.
#include <mutex>
#include <optional>

#include "factories.h"
#include "fair_lock.h"
#include "thread_connections.h"
#include "wal_keeper.h"

namespace pragmark::internal {
namespace {

class SingleWriter final : public Strategy {
 public:
  SingleWriter(Database database, const StrategyOptions& options)
      : Strategy(std::move(database)),
        keeper_(connector(), options,
                [this](FunctionRef<void()> work) {
                  const std::lock_guard turn(queue_);
                  work();
                }),
        readers_(readers_of(connector())) {}
  ~SingleWriter() override { keeper_.stop(); }

  void read(Operation operation) override {
    keeper_.note_read();
    operation(readers_.mine());
  }

  void write(Operation operation, Extent /*extent*/) override {
    keeper_.note_write();
    const std::lock_guard turn(queue_);
    Connection& connection = writer();
    Transaction transaction(connection);
    operation(connection);
    transaction.commit();
  }

  void maintain(Operation operation) override {
    keeper_.alone([&] {
      const std::lock_guard turn(queue_);
      operation(writer());
    });
  }

  void warm_up() override {
    {
      const std::lock_guard turn(queue_);
      static_cast<void>(writer());
    }
    static_cast<void>(readers_.mine());
  }

  std::optional<CheckpointerHealth> checkpointer_health() override { return keeper_.health(); }

 private:
  // REQUIRES: the caller has the turn.
  [[nodiscard]] Connection& writer() {
    if (!writer_) writer_ = keeper_.open_writer();
    return *writer_;
  }

  FairLock queue_;
  WalKeeper keeper_;
  std::optional<Connection> writer_;  // guarded by queue_
  ThreadConnections readers_;         // closed before the writer, which then clears the WAL away
};

}  // namespace

std::unique_ptr<Strategy> make_single_writer(Database database, StrategyOptions options) {
  return std::make_unique<SingleWriter>(std::move(database), options);
}

}  // namespace pragmark::internal

// per-thread: one persistent read-only and one persistent read-write connection for each thread,
// with their prepared statements. Writers meet in SQLite's own lock, and wait in its busy handler.
#include "factories.h"
#include "thread_connections.h"
#include "wal_keeper.h"

namespace pragmark::internal {
namespace {

class PerThread final : public Strategy {
 public:
  PerThread(Database database, const StrategyOptions& options)
      : Strategy(std::move(database)),
        keeper_(connector(), options),
        writers_([this] { return keeper_.open_writer(); }),
        readers_(readers_of(connector())) {}

  void read(Operation operation) override { operation(readers_.mine()); }

  void write(Operation operation, Extent /*extent*/) override {
    Connection& connection = writers_.mine();
    Transaction transaction(connection);
    operation(connection);
    transaction.commit();
  }

  void maintain(Operation operation) override { operation(writers_.mine()); }

  void warm_up() override {
    static_cast<void>(writers_.mine());
    static_cast<void>(readers_.mine());
  }

 private:
  WalKeeper keeper_;
  ThreadConnections writers_;
  ThreadConnections readers_;  // closed before the writers, of which the last clears the WAL away
};

}  // namespace

std::unique_ptr<Strategy> make_per_thread(Database database, StrategyOptions options) {
  return std::make_unique<PerThread>(std::move(database), options);
}

}  // namespace pragmark::internal

// per-thread: one persistent read-only and one persistent read-write connection for each thread,
// with their prepared statements. Writers meet in SQLite's own lock, and wait in its busy handler.
#include "factories.h"
#include "thread_connections.h"

namespace pragmark::internal {
namespace {

class PerThread final : public Strategy {
 public:
  explicit PerThread(Database database)
      : Strategy(std::move(database)),
        readers_(connector(), ConnectionKind::ReadOnly),
        writers_(connector(), ConnectionKind::ReadWrite) {}

  void read(Operation operation) override { operation(readers_.mine()); }

  void write(Operation operation) override {
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
  ThreadConnections readers_;
  ThreadConnections writers_;
};

}  // namespace

std::unique_ptr<Strategy> make_per_thread(Database database) {
  return std::make_unique<PerThread>(std::move(database));
}

}  // namespace pragmark::internal

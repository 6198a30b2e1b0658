// open-per-op: a new connection for each operation. What the original application did, and many
// others do; here so that its cost can be measured. In WAL mode the last connection to close also
// checkpoints, syncs and deletes the WAL, so that a lone writer pays for all of it on every write.
#include "factories.h"

namespace pragmark::internal {
namespace {

class OpenPerOp final : public Strategy {
 public:
  using Strategy::Strategy;

  void read(Operation operation) override {
    Connection connection = connector().open(ConnectionKind::ReadOnly);
    operation(connection);
  }

  void write(Operation operation, Extent /*extent*/) override {
    Connection connection = connector().open(ConnectionKind::ReadWrite);
    Transaction transaction(connection);
    operation(connection);
    transaction.commit();
  }

  void maintain(Operation operation) override {
    Connection connection = connector().open(ConnectionKind::ReadWrite);
    operation(connection);
  }
};

}  // namespace

std::unique_ptr<Strategy> make_open_per_op(Database database, StrategyOptions /*options*/) {
  return std::make_unique<OpenPerOp>(std::move(database));
}

}  // namespace pragmark::internal

// The store's frame: opening, which connection runs what, and maintenance. Its reads are in
// store_reads.cc, its writes in store_writes.cc.
#include "pragmark/store.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <sqlite3.h>

#include "backup.h"
#include "pragmark/schema.h"

namespace pragmark {
namespace {

// A writer that died left a journal to be rolled back, which a read-only connection may not do. The
// first read of a read-write connection does it. In the rollback modes a reader may also take the
// journal of a writer that is just committing for one of a dead writer, again and again.
constexpr int kRecoveryTries = 20;

bool needs_recovery(const Error& error) noexcept {
  return error.extended_code() == SQLITE_READONLY_ROLLBACK ||
         error.extended_code() == SQLITE_READONLY_RECOVERY;
}

// Refuses a database that is not ours before any connection that could change it is opened.
void refuse_foreign(const StoreOptions& options) {
  if (options.path.empty()) {
    throw Error::usage("an empty path: give the database's file, or :memory:");
  }
  std::error_code ignored;
  const bool in_memory = options.path == ":memory:";
  const auto bytes = in_memory ? 0 : std::filesystem::file_size(options.path, ignored);
  if (in_memory || ignored || bytes == 0) return;
  const auto look = [&](ConnectionKind kind) {
    Connection connection =
        Connection::open({.path = options.path, .kind = kind, .vfs = options.vfs});
    static_cast<void>(has_schema(connection));
  };
  try {
    look(ConnectionKind::ReadOnly);
  } catch (const Error& error) {
    if (!needs_recovery(error)) throw;
    look(ConnectionKind::ReadWrite);
  }
}

}  // namespace

Store::Store(const StoreOptions& options) {
  refuse_foreign(options);
  strategy_ = make_strategy(options.strategy, {options.path, options.set, options.vfs});
  Connector& connector = strategy_->connector();
  if (connector.in_memory()) {
    strategy_->maintain([](Connection& connection) { create_schema(connection); });
  } else {
    Connection connection = connector.open(ConnectionKind::SchemaCreation);
    create_schema(connection);
  }
}

Store::~Store() = default;

void Store::count_contention(const Error& error) noexcept {
  contention_[static_cast<std::size_t>(error.contention())].fetch_add(1, std::memory_order_relaxed);
}

void Store::read(Strategy::Operation operation) {
  try {
    for (int tries = kRecoveryTries;; --tries) {
      try {
        return strategy_->read(operation);
      } catch (const Error& error) {
        if (!needs_recovery(error) || tries == 0) throw;
      }
      strategy_->maintain(
          [](Connection& writer) { writer.execute("SELECT count(*) FROM sqlite_schema"); });
    }
  } catch (const Error& error) {
    count_contention(error);
    throw;
  }
}

void Store::write(Strategy::Operation operation, Extent extent) {
  try {
    strategy_->write(operation, extent);
  } catch (const Error& error) {
    count_contention(error);
    throw;
  }
}

ContentionCounts Store::contention() const noexcept {
  const auto count = [&](Contention contention) {
    return contention_[static_cast<std::size_t>(contention)].load(std::memory_order_relaxed);
  };
  return {.busy = count(Contention::Busy),
          .busy_snapshot = count(Contention::BusySnapshot),
          .busy_recovery = count(Contention::BusyRecovery),
          .locked = count(Contention::Locked)};
}

CheckpointResult Store::checkpoint(CheckpointMode mode) {
  CheckpointResult result{};
  strategy_->maintain([&](Connection& connection) { result = connection.checkpoint(mode); });
  return result;
}

WalHealth Store::wal_health() {
  WalHealth health{};
  strategy_->maintain(
      [&](Connection& connection) { health.checkpoint = connection.checkpoint_state(); });
  std::error_code none;
  const auto bytes =
      std::filesystem::file_size(strategy_->connector().database().path + "-wal", none);
  health.file_bytes = none ? 0 : static_cast<std::int64_t>(bytes);
  health.checkpointer = strategy_->checkpointer_health();
  return health;
}

void Store::backup(const std::filesystem::path& target, const BackupOptions& options) {
  Connector& connector = strategy_->connector();
  if (connector.in_memory()) {
    strategy_->maintain([&](Connection& connection) { write_backup(connection, target, options); });
  } else {
    Connection source = connector.open(ConnectionKind::ReadOnly);
    write_backup(source, target, options);
  }
}

std::vector<std::string> Store::check() {
  std::vector<std::string> findings;
  read([&](Connection& connection) {
    findings = integrity_check(connection.handle());
    for (std::string& finding : foreign_key_check(connection.handle())) {
      findings.push_back(std::move(finding));
    }
  });
  return findings;
}

void Store::warm_up() { strategy_->warm_up(); }

std::uint64_t Store::connections_opened() noexcept { return strategy_->connector().opened(); }

}  // namespace pragmark

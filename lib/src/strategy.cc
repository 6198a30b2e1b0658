#include "pragmark/strategy.h"

#include <algorithm>

#include <fmt/format.h>

#include "pragmark/error.h"
#include "strategies/factories.h"

namespace pragmark {
namespace {

constexpr StrategyInfo kStrategies[] = {
    {"open-per-op", "a new connection for each operation", internal::make_open_per_op},
    {"per-thread", "persistent connections for each thread, SQLite's own locking",
     internal::make_per_thread},
    {"single-writer", "a reader for each thread, one writer behind a fair queue",
     internal::make_single_writer},
    {"group-commit", "a reader for each thread; writers that wait together share a transaction",
     internal::make_group_commit},
};

}  // namespace

std::span<const StrategyInfo> strategies() noexcept { return kStrategies; }

Connection Connector::open(ConnectionKind kind) {
  Connection connection = Connection::open(
      {.path = database_.path, .kind = kind, .set = &database_.set, .vfs = database_.vfs});
  opened_.fetch_add(1, std::memory_order_relaxed);
  return connection;
}

std::unique_ptr<Strategy> make_strategy(std::string_view name, Database database) {
  const auto* found = std::ranges::find(kStrategies, name, &StrategyInfo::name);
  if (found == std::end(kStrategies)) {
    std::string known;
    for (const StrategyInfo& info : kStrategies) {
      known += fmt::format("{}{}", known.empty() ? "" : ", ", info.name);
    }
    throw Error::usage(fmt::format("unknown strategy {}: the known ones are {}", name, known));
  }
  if (database.path == ":memory:") return internal::make_in_memory(std::move(database));
  return found->make(std::move(database));
}

}  // namespace pragmark

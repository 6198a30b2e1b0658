#include "pragmark/strategy.h"

#include <algorithm>

#include <fmt/format.h>

#include "pragmark/error.h"
#include "strategies/factories.h"

namespace pragmark {
namespace {

constexpr StrategyInfo kStrategies[] = {
    {.name = "open-per-op",
     .description = "a new connection for each operation",
     .defaults = {},
     .takes_checkpoints = false,
     .takes_wal_writes = false,
     .queues = false,
     .make = internal::make_open_per_op},
    {.name = "per-thread",
     .description = "persistent connections for each thread, SQLite's own locking",
     .defaults = {},
     .takes_checkpoints = false,  // several writers: see wal_keeper.h
     .takes_wal_writes = true,
     .queues = false,
     .make = internal::make_per_thread},
    {.name = "single-writer",
     .description = "a reader for each thread, one writer behind a fair queue",
     .defaults = {},
     .takes_checkpoints = true,
     .takes_wal_writes = true,
     .queues = false,
     .make = internal::make_single_writer},
    {.name = "group-commit",
     .description = "a reader for each thread; writers that wait together share a transaction, "
                    "checkpoints run in the background",
     .defaults = {.checkpoints = Checkpoints::Background, .wal_writes = WalWrites::Coalesced},
     .takes_checkpoints = true,
     .takes_wal_writes = true,
     .queues = true,
     .make = internal::make_group_commit},
};

constexpr std::string_view kCheckpoints = "checkpoints";
constexpr std::string_view kWalWrites = "wal_writes";

std::string_view to_string(Checkpoints checkpoints) noexcept {
  return checkpoints == Checkpoints::Background ? "background" : "commit";
}
std::string_view to_string(WalWrites wal_writes) noexcept {
  return wal_writes == WalWrites::Coalesced ? "coalesced" : "direct";
}

template <typename Option>
bool choose(Option& option, std::string_view value, std::initializer_list<Option> choices) {
  const auto* chosen =
      std::ranges::find(choices, value, [](Option choice) { return to_string(choice); });
  if (chosen == choices.end()) return false;
  option = *chosen;
  return true;
}

bool apply(const StrategyInfo& info, StrategyOptions& options, std::string_view name,
           std::string_view value) {
  if (name == kCheckpoints && info.takes_checkpoints) {
    return choose(options.checkpoints, value, {Checkpoints::OnCommit, Checkpoints::Background});
  }
  if (name == kWalWrites && info.takes_wal_writes) {
    return choose(options.wal_writes, value, {WalWrites::Direct, WalWrites::Coalesced});
  }
  return false;
}

std::string known_options(const StrategyInfo& info) {
  std::string known;
  if (info.takes_checkpoints) known += "checkpoints=commit, checkpoints=background, ";
  if (info.takes_wal_writes) known += "wal_writes=direct, wal_writes=coalesced, ";
  return known.empty() ? "none" : known.substr(0, known.size() - 2);
}

}  // namespace

std::span<const StrategyInfo> strategies() noexcept { return kStrategies; }

Connection Connector::open(ConnectionKind kind, const Database& as) {
  Connection connection =
      Connection::open({.path = database_.path, .kind = kind, .set = &as.set, .vfs = as.vfs});
  opened_.fetch_add(1, std::memory_order_relaxed);
  return connection;
}

void Strategy::submit(std::unique_ptr<SubmittedWrite> write) {
  std::exception_ptr error;
  try {
    this->write(*write, Extent::Statement);
  } catch (...) {
    error = std::current_exception();
  }
  write->finish(error);
}

std::string StrategyName::text() const {
  std::string text(info->name);
  if (options.checkpoints != info->defaults.checkpoints) {
    text += fmt::format("+{}={}", kCheckpoints, to_string(options.checkpoints));
  }
  if (options.wal_writes != info->defaults.wal_writes) {
    text += fmt::format("+{}={}", kWalWrites, to_string(options.wal_writes));
  }
  return text;
}

StrategyName parse_strategy(std::string_view name) {
  std::size_t plus = name.find('+');
  const auto* found = std::ranges::find(kStrategies, name.substr(0, plus), &StrategyInfo::name);
  if (found == std::end(kStrategies)) {
    std::string known;
    for (const StrategyInfo& info : kStrategies) {
      known += fmt::format("{}{}", known.empty() ? "" : ", ", info.name);
    }
    throw Error::usage(fmt::format("unknown strategy {}: the known ones are {}", name, known));
  }
  StrategyName parsed{.info = found, .options = found->defaults};
  while (plus != std::string_view::npos) {
    const std::size_t next = name.find('+', plus + 1);
    const std::string_view option = name.substr(plus + 1, next - plus - 1);
    const std::size_t equals = std::min(option.find('='), option.size());
    const std::string_view value = option.substr(std::min(equals + 1, option.size()));
    if (!apply(*found, parsed.options, option.substr(0, equals), value)) {
      throw Error::usage(fmt::format("strategy {}: no option \"{}\"; {} takes {}", name, option,
                                     found->name, known_options(*found)));
    }
    plus = next;
  }
  return parsed;
}

std::unique_ptr<Strategy> make_strategy(std::string_view name, Database database) {
  const StrategyName parsed = parse_strategy(name);
  if (database.path == ":memory:") return internal::make_in_memory(std::move(database));
  return parsed.info->make(std::move(database), parsed.options);
}

}  // namespace pragmark

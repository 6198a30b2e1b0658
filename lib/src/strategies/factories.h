// One factory for each strategy, each defined in the file of its name.
#pragma once

#include <memory>

#include "pragmark/strategy.h"

namespace pragmark::internal {

[[nodiscard]] std::unique_ptr<Strategy> make_group_commit(Database database,
                                                          StrategyOptions options);
[[nodiscard]] std::unique_ptr<Strategy> make_open_per_op(Database database,
                                                         StrategyOptions options);
[[nodiscard]] std::unique_ptr<Strategy> make_per_thread(Database database, StrategyOptions options);
[[nodiscard]] std::unique_ptr<Strategy> make_single_writer(Database database,
                                                           StrategyOptions options);
// For in-memory databases, whatever strategy was asked for.
[[nodiscard]] std::unique_ptr<Strategy> make_in_memory(Database database);

}  // namespace pragmark::internal

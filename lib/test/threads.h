// Work in many threads at once, and the strategies that the tests run it on.
#pragma once

#include <functional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace pragmark {

inline constexpr int kThreads = 8;
inline constexpr int kOperations = 40;  // for each thread

inline void in_threads(int threads, const std::function<void(int)>& work) {
  std::vector<std::jthread> all;
  for (int i = 0; i < threads; ++i) all.emplace_back([&, i] { work(i); });
}

// Every strategy, and those with options in their other forms too.
inline auto all_strategies() {
  return ::testing::Values("open-per-op", "per-thread", "per-thread+wal_writes=coalesced",
                           "single-writer",
                           "single-writer+checkpoints=background+wal_writes=coalesced",
                           "group-commit", "group-commit+checkpoints=commit+wal_writes=direct");
}

}  // namespace pragmark

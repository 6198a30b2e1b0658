// What the tests of the durability experiment run.
#pragma once

#include <string_view>

#include "pragmark/verify/crash.h"

namespace pragmark {

// Enough that what has to be found is found more than a dozen times, in the cell where it is rarest
// (WAL with synchronous=OFF, damaged), and no more: an image costs some 0.3 ms, ten times that with
// sanitizers.
inline constexpr std::size_t kImages = 300;
inline constexpr int kTransactions = 20;

inline PragmaSet set_of(std::string_view journal, std::string_view synchronous) {
  return PragmaSet::parse("default").with("journal_mode", journal).with("synchronous", synchronous);
}

// Of one workload and one set, small where the options leave it open.
inline CrashSetResult run(const PragmaSet& set, CrashOptions options = {}) {
  options.sets = {set};
  if (options.images == CrashOptions{}.images) options.images = kImages;
  if (options.workloads.empty()) options.workloads = {"transfers"};
  if (options.transactions == 0) options.transactions = kTransactions;
  return run_crash(options).sets.front();
}

}  // namespace pragmark

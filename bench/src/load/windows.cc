#include "pragmark/bench/load/windows.h"

#include <algorithm>

#include "pragmark/assert.h"

namespace pragmark {
namespace {

WindowSummary summary_of(const LatencyHistogram& latencies, std::int64_t succeeded,
                         std::int64_t failed) {
  WindowSummary summary{.succeeded = succeeded, .failed = failed};
  if (latencies.count() == 0) return summary;
  summary.answered = true;
  summary.p50_us = latencies.percentile_us(50);
  summary.p99_us = latencies.percentile_us(99);
  summary.max_us = latencies.max_us();
  return summary;
}

}  // namespace

LoadWindows::LoadWindows(const Options& options) : options_(options) {
  PRAGMARK_ASSERT(options.length.count() > 0);
  PRAGMARK_ASSERT(options.count > 0 && options.count <= kMostWindows);
  for (int i = 0; i < options.threads; ++i) parts_.push_back(std::make_unique<Part>());
  closed_.reserve(static_cast<std::size_t>(options.count));
}

std::int64_t LoadWindows::window_at(LoadTime time) const noexcept {
  return std::clamp<std::int64_t>((time - options_.from) / options_.length, 0, options_.count - 1);
}

void LoadWindows::record(int thread, const WindowEntry& entry) {
  Part& part = *parts_[static_cast<std::size_t>(thread)];
  const std::lock_guard lock(part.mutex);
  // Not before the part's own: a thread may have been asleep between its look at the clock and now.
  const std::int64_t window = std::max(window_at(entry.end), part.window);
  if (window != part.window) {
    if (!part.empty) hand_over(part);
    part.window = window;
  }
  part.empty = false;
  if (entry.answered) part.counts.latencies.record(entry.latency);
  if (entry.in_time) {
    ++part.counts.succeeded;
    ++part.completed;
  } else {
    part.counts.failed += entry.count;
  }
}

// REQUIRES: the part's mutex is held.
void LoadWindows::hand_over(Part& part) {
  {
    const std::lock_guard lock(mutex_);
    Counts& counts = open_[part.window];
    counts.latencies.merge(part.counts.latencies);
    counts.succeeded += part.counts.succeeded;
    counts.failed += part.counts.failed;
  }
  part.counts.latencies.clear();
  part.counts.succeeded = part.counts.failed = 0;
  part.empty = true;
}

void LoadWindows::close_until(LoadTime now) { close_before(window_at(now)); }

void LoadWindows::close_before(std::int64_t window) {
  for (const std::unique_ptr<Part>& part : parts_) {
    const std::lock_guard lock(part->mutex);
    if (part->window >= window) continue;
    if (!part->empty) hand_over(*part);
    part->window = window;
  }
  const std::lock_guard lock(mutex_);
  while (static_cast<std::int64_t>(closed_.size()) < window) {
    const auto found = open_.find(static_cast<std::int64_t>(closed_.size()));
    if (found == open_.end()) {
      closed_.emplace_back();
      continue;
    }
    const Counts& counts = found->second;
    closed_.push_back(summary_of(counts.latencies, counts.succeeded, counts.failed));
    open_.erase(found);
  }
}

std::int64_t LoadWindows::completed() {
  std::int64_t sum = 0;
  for (const std::unique_ptr<Part>& part : parts_) {
    const std::lock_guard lock(part->mutex);
    sum += part->completed;
  }
  return sum;
}

std::vector<WindowSummary> LoadWindows::finish() {
  close_before(options_.count);
  return closed_;
}

}  // namespace pragmark

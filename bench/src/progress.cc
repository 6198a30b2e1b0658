#include "pragmark/bench/progress.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pragmark {
namespace {

constexpr std::size_t kTerminalColumns = 79;  // a longer line would wrap and not be rewritten

}  // namespace

std::string rough_duration(std::chrono::seconds duration) {
  const auto seconds = duration.count();
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {} min", seconds / 3600, seconds % 3600 / 60);
}

Progress::Progress(Options options) : options_(std::move(options)) {
  last_line_ = start_ - options_.plain_interval;
}

void Progress::advance(std::string_view name) {
  ++done_;
  const Clock::time_point now = Clock::now();
  const auto left = std::chrono::duration_cast<std::chrono::seconds>((now - start_) / done_ *
                                                                     (options_.total - done_));
  std::string line = fmt::format("[{}/{}] about {} left, last: {}", done_, options_.total,
                                 rough_duration(left), name);
  if (options_.rewrites_line) {
    line.resize(std::min(line.size(), kTerminalColumns));
    const std::size_t width = line.size();
    if (width < line_width_) line.append(line_width_ - width, ' ');
    line_width_ = width;
    options_.sink("\r" + line);
    return;
  }
  if (now - last_line_ < options_.plain_interval && done_ < options_.total) return;
  last_line_ = now;
  options_.sink(line + "\n");
}

void Progress::finish() {
  if (options_.rewrites_line && done_ > 0) options_.sink("\n");
}

}  // namespace pragmark

#include "audit/watch.h"

#include <exception>
#include <memory>

#include <fmt/format.h>
#include <sqlite3.h>

#include "pragmark/error.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark::inspect {
namespace {

constexpr std::size_t kBytesBetweenLooks = 256 * 1024;
constexpr int kInstructionsBetweenLooks = 10'000;
constexpr auto kBetweenProgress = std::chrono::seconds(2);
constexpr double kMebibyte = 1024.0 * 1024.0;

}  // namespace

Outcome Watch::run(sqlite3* handle, std::string_view what,
                   std::optional<std::chrono::milliseconds> limit, FunctionRef<void()> work) {
  handle_ = handle;
  what_ = what;
  bytes_ = bytes_at_next_look_ = 0;
  stop_ = false;
  last_progress_ = Clock::now();
  deadline_ = limit ? Clock::now() + *limit : Clock::time_point::max();
  const auto forget = [this](sqlite3* watched) {
    sqlite3_progress_handler(watched, 0, nullptr, nullptr);
    handle_ = nullptr;
  };
  const std::unique_ptr<sqlite3, decltype(forget)> at_exit(handle, forget);
  sqlite3_progress_handler(
      handle, kInstructionsBetweenLooks,
      [](void* watch) { return static_cast<Watch*>(watch)->stop() ? 1 : 0; }, this);
  try {
    work();
  } catch (const Error&) {
    // An interrupted statement may say so, or report the read that failed meanwhile.
    throw_if_interrupted();
    if (!stop_) throw;
  }
  throw_if_interrupted();
  return stop_ ? Outcome::TimedOut : Outcome::Done;
}

void Watch::tick(std::size_t bytes) noexcept {
  bytes_ += bytes;
  if (bytes_ < bytes_at_next_look_) return;
  bytes_at_next_look_ = bytes_ + kBytesBetweenLooks;
  look();
}

bool Watch::stop() noexcept {
  look();
  return stop_;
}

void Watch::look() noexcept {
  const Clock::time_point now = Clock::now();
  if (!stop_ && (now >= deadline_ || interrupted())) stop_ = true;
  if (stop_ && handle_ != nullptr) sqlite3_interrupt(handle_);
  if (!progress_ || now - last_progress_ < kBetweenProgress) return;
  last_progress_ = now;
  try {
    progress_(fmt::format("{}: {:.0f} MiB read", what_, static_cast<double>(bytes_) / kMebibyte));
  } catch (const std::exception&) {
    progress_ = nullptr;  // whoever cannot be told is not told again
  }
}

}  // namespace pragmark::inspect

// Who waits for a lock, and how long: L001 busy_timeout.
#include <array>
#include <chrono>
#include <thread>

#include <sqlite3.h>

#include "behaviour/behaviour_check.h"
#include "behaviour/lock_checks.h"
#include "behaviour/sabotage.h"

namespace pragmark::behaviour {
namespace {

// A VFS that returns from every sleep at once.
class SleeplessFile : public internal::ForwardingFile {
 public:
  template <typename Layer>
  SleeplessFile(Layer& /*layer*/, const internal::OpenedFile& opened)
      : ForwardingFile(opened.real) {}
};
class SleeplessVfs final : public Sabotage, public internal::VfsLayer<SleeplessVfs, SleeplessFile> {
 public:
  explicit SleeplessVfs(const std::string& below)
      : VfsLayer(below, internal::unique_vfs_name("sleepless")) {}
  [[nodiscard]] const std::string& vfs() const noexcept override { return name(); }
  int sleep(int /*microseconds*/) { return 0; }
};

std::unique_ptr<Sabotage> without_sleep(const std::string& below) {
  return std::make_unique<SleeplessVfs>(below);
}

// What Rails and litestack do: a handler of their own, which SQLite's answer does not know about.
void install_own_handler(Connection& connection) {
  constexpr int kMostTries = 5000;
  sqlite3_busy_handler(
      connection.handle(),
      [](void*, int tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return tries < kMostTries ? 1 : 0;
      },
      nullptr);
}

constexpr std::array<std::string_view, 4> kTimeoutRight = {
    "production", "default", "production+busy_timeout=50", "default+busy_timeout=60000"};
constexpr std::array kTimeoutControls = {
    Control{.what = "0 ms behind a set that claims 5000",
            .claimed = "production",
            .applied = "production+busy_timeout=0",
            .expected = Verdict::Fail},
    Control{.what = "2000 ms behind a set that claims 5000",
            .claimed = "production",
            .applied = "production+busy_timeout=2000",
            .expected = Verdict::Fail},
    Control{.what = "a VFS that does not sleep when SQLite waits",
            .claimed = "production",
            .applied = "production",
            .expected = Verdict::Ineffective,
            .sabotage = without_sleep},
    Control{.what = "a busy handler of the application's own",
            .claimed = "production",
            .applied = "production",
            .expected = Verdict::Misread,
            .tamper = install_own_handler},
};

constexpr std::array kChecks = {
    BehaviourCheck{.id = "L001",
                   .setting = "busy_timeout",
                   .question = "how long does a connection wait for a lock that another one holds?",
                   .claim = "",
                   .runs = Runs::Always,
                   .consequence =
                       "a lock held by another connection fails the operation too early, or holds "
                       "it up for longer than was chosen",
                   .repair = "",
                   .documentation = "",
                   .observe = observe_busy_timeout,
                   .right = kTimeoutRight,
                   .controls = kTimeoutControls},
};

}  // namespace

std::span<const BehaviourCheck> lock_checks() noexcept { return kChecks; }

}  // namespace pragmark::behaviour

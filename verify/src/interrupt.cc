#include "pragmark/verify/interrupt.h"

#include <atomic>
#include <csignal>

namespace pragmark {
namespace {

std::atomic<bool> interrupt_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

extern "C" void set_interrupt_flag(int) { interrupt_flag.store(true); }

}  // namespace

void catch_interrupts() noexcept {
  struct sigaction action = {};
  action.sa_handler = set_interrupt_flag;
  // RESTART: system calls of SQLite go on; RESETHAND: the second signal is not caught.
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction previous = {};
    sigaction(signal_number, nullptr, &previous);
    if (previous.sa_handler == SIG_IGN) continue;  // nohup: whoever started us wants it so
    sigaction(signal_number, &action, nullptr);
  }
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  sigemptyset(&ignore.sa_mask);
  // A file size limit and a reader that left show as errors of the write.
  sigaction(SIGXFSZ, &ignore, nullptr);
  sigaction(SIGPIPE, &ignore, nullptr);
}

bool interrupted() noexcept { return interrupt_flag.load(); }

void throw_if_interrupted() {
  if (interrupted()) throw Interrupted();
}

}  // namespace pragmark

#include "behaviour/second_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "pragmark/error.h"

namespace pragmark::behaviour {
namespace {

// An answer takes a few milliseconds; a process that says nothing for so long says nothing more.
constexpr int kLongestAnswerMs = 30'000;

[[noreturn]] void fail(std::string_view operation) {
  throw Error::environment(operation, std::error_code(errno, std::generic_category()).message(),
                           "a second process");
}

}  // namespace

bool Conversation::send(std::int64_t value) const noexcept {
  // Sockets, since only they can be written to without a signal when the reader is gone.
  return ::send(to_, &value, sizeof value, MSG_NOSIGNAL) == sizeof value;
}

bool Conversation::receive(std::int64_t& value) const noexcept {
  pollfd waiting{.fd = from_, .events = POLLIN, .revents = 0};
  int ready = 0;
  do {
    ready = ::poll(&waiting, 1, kLongestAnswerMs);
  } while (ready < 0 && errno == EINTR);
  return ready > 0 && ::recv(from_, &value, sizeof value, MSG_WAITALL) == sizeof value;
}

SecondProcess::SecondProcess(FunctionRef<void(const Conversation&)> work) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) fail("talk to");
  id_ = ::fork();
  if (id_ < 0) {
    const int cause = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    errno = cause;
    fail("start");
  }
  if (id_ > 0) {
    ::close(ends[1]);
    from_ = ends[0];
    to_ = ends[0];
    return;
  }
  ::close(ends[0]);
  int code = 0;
  try {
    work(Conversation(ends[1], ends[1]));
  } catch (...) {
    code = 1;  // the parent sees that the conversation has ended
  }
  ::_exit(code);
}

bool SecondProcess::kill_now() noexcept {
  if (id_ < 0) return false;
  ::kill(id_, SIGKILL);
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
  }
  id_ = -1;
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

SecondProcess::~SecondProcess() {
  ::close(from_);
  static_cast<void>(kill_now());
}

}  // namespace pragmark::behaviour

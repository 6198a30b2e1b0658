// A second process for one test, forked while the parent has no thread and no open database: SQLite
// connections must not be carried across a fork.
#pragma once

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <stdexcept>

namespace pragmark {

// Each end of a conversation sends and receives plain values. A value is sent whole, also by
// several threads at once, as long as it is small (PIPE_BUF).
class Channel {
 public:
  Channel(int from, int to) : from_(from), to_(to) {}

  template <typename T>
  void send(const T& value) const {
    if (write(to_, &value, sizeof value) != sizeof value) {
      throw std::runtime_error("the other process is gone");
    }
  }
  // Returns false when the other one is gone.
  template <typename T>
  [[nodiscard]] bool receive(T& value) const {
    auto* into = reinterpret_cast<char*>(&value);
    for (std::size_t got = 0; got < sizeof value;) {
      const ssize_t more = read(from_, into + got, sizeof value - got);
      if (more <= 0) return false;
      got += static_cast<std::size_t>(more);
    }
    return true;
  }

 private:
  int from_;
  int to_;
};

class ChildProcess {
 public:
  // Runs `work` in the child; an exception there makes it end with 1.
  explicit ChildProcess(const std::function<void(const Channel&)>& work) {
    std::array<int, 2> up{};
    std::array<int, 2> down{};
    if (pipe(up.data()) != 0 || pipe(down.data()) != 0) std::abort();
    from_ = up[0];
    to_ = down[1];
    std::signal(SIGPIPE, SIG_IGN);  // a conversation that breaks off is an error, not the end
    id_ = fork();
    if (id_ < 0) std::abort();
    if (id_ > 0) {
      close(up[1]);
      close(down[0]);
      return;
    }
    close(up[0]);
    close(down[1]);
    try {
      work(Channel(down[0], up[1]));
    } catch (...) {
      _exit(1);
    }
    _exit(0);
  }
  ~ChildProcess() {
    if (id_ != 0) kill_now();
    close(from_);
    close(to_);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] Channel channel() const { return {from_, to_}; }
  // As a power switch would: nothing is flushed, closed or unlocked by the process itself.
  void kill_now() {
    kill(id_, SIGKILL);
    static_cast<void>(wait());
  }
  // The exit code; -1 when it was killed.
  [[nodiscard]] int wait() {
    int status = 0;
    waitpid(id_, &status, 0);
    id_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t id_ = 0;
  int from_ = -1;
  int to_ = -1;
};

}  // namespace pragmark

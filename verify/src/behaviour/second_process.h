// A second process for one check, made by fork() and spoken with over a pipe each way.
//
//   SecondProcess other([](const Conversation& parent) { ... parent.send(1); });
//   std::int64_t answer = 0;
//   if (!other.conversation().receive(answer)) ...   // it is gone
//
// SQLite connections must not be carried across a fork: REQUIRES that this process has no
// connection to the files that the second one opens, and that no other thread uses SQLite.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>

#include "pragmark/function_ref.h"

namespace pragmark::behaviour {

// Owns:    nothing; the pipes belong to SecondProcess.
// Threads: any number may send at once, since a value goes in one piece; one receives.
// Errors:  false when the other end is gone, or does not answer within a generous time.
class Conversation {
 public:
  Conversation(int from, int to) noexcept : from_(from), to_(to) {}

  bool send(std::int64_t value) const noexcept;
  [[nodiscard]] bool receive(std::int64_t& value) const noexcept;

 private:
  int from_;
  int to_;
};

// Owns:    the process and the pipes; kills and reaps the process on destruction.
// Threads: one thread at a time.
// Errors:  construction throws Error (kind Environment) when there is no process to be had.
class SecondProcess {
 public:
  // `work` runs in the second process, which ends when it returns or throws.
  explicit SecondProcess(FunctionRef<void(const Conversation&)> work);
  ~SecondProcess();
  SecondProcess(const SecondProcess&) = delete;
  SecondProcess& operator=(const SecondProcess&) = delete;

  [[nodiscard]] Conversation conversation() const noexcept { return {from_, to_}; }
  // With SIGKILL: nothing is flushed, closed or unlocked by the process itself. What it had sent
  // can still be received. Returns whether the signal is what ended it.
  bool kill_now() noexcept;

 private:
  pid_t id_ = -1;
  int from_ = -1;
  int to_ = -1;
};

}  // namespace pragmark::behaviour

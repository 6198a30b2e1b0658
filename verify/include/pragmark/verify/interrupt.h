// Ctrl-C without leftovers: the signal sets a flag, the work asks for it between two steps and
// throws Interrupted, and unwinding removes what is on the disk.
//
//   catch_interrupts();                  // in main
//   for (auto& step : steps) { throw_if_interrupted(); step(); }
//
// Threads ask interrupted() and stop; the thread that waits for them throws.
#pragma once

#include <exception>

namespace pragmark {

// Not an Error: nothing went wrong.
class Interrupted : public std::exception {
 public:
  [[nodiscard]] const char* what() const noexcept override { return "interrupted"; }
};

// From now on SIGINT, SIGTERM and SIGHUP set the flag; a second one ends the process at once. A
// file that grows over the process's limit (SIGXFSZ) becomes an error of the write.
void catch_interrupts() noexcept;
// Any thread; false for ever in a program that did not call catch_interrupts().
[[nodiscard]] bool interrupted() noexcept;
void throw_if_interrupted();

}  // namespace pragmark

// A worker process from inside: opens its connections, then makes requests on command until its
// input ends. worker_protocol.h says what is spoken; worker_group.h is the other side.
//
//   int main() { return run_worker(STDIN_FILENO, STDOUT_FILENO); }
//
// For the hidden mode of a main file only: ignores the signals that end a program, since Ctrl-C
// reaches every process of a terminal. The benchmark decides; when it is gone the input ends.
#pragma once

namespace pragmark {

// The argument with which pragmark-bench becomes a worker.
inline constexpr const char* kWorkerArgument = "--worker";

// Returns the program's exit code: 0 when the input ended, 1 after an error that it has told.
[[nodiscard]] int run_worker(int input, int output) noexcept;

}  // namespace pragmark

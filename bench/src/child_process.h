// Another program, started by posix_spawn: fork alone would copy the locks of a process that has
// threads as they are at that moment.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace pragmark {

// Starts `command`, looked up in PATH, with copies of the descriptors as standard input and output.
// Every other descriptor that pragmark opens closes on exec. Throws Error (kind Environment).
[[nodiscard]] pid_t start_process(const std::vector<std::string>& command, int input, int output);

// Waits for a process that is about to end, and kills one that is not. Returns its wait status.
int wait_for_end(pid_t process) noexcept;

// "ended with exit code 3", "was killed by signal 9 (SIGKILL)".
[[nodiscard]] std::string how_it_ended(int status);

}  // namespace pragmark

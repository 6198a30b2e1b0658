#include "child_process.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <system_error>

#include <fmt/format.h>

#include "pragmark/error.h"

namespace pragmark {
namespace {

constexpr int kLongestEndMs = 5000;

}  // namespace

pid_t start_process(const std::vector<std::string>& command, int input, int output) {
  std::vector<char*> arguments;
  for (const std::string& text : command) arguments.push_back(const_cast<char*>(text.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  pid_t process = 0;
  const int refused = ::posix_spawnp(&process, command.front().c_str(), &actions, nullptr,
                                     arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (refused != 0) {
    throw Error::environment("start", std::generic_category().message(refused), command.front());
  }
  return process;
}

int wait_for_end(pid_t process) noexcept {
  int status = 0;
  for (int waited_ms = 0; ::waitpid(process, &status, WNOHANG) == 0; ++waited_ms) {
    if (waited_ms == kLongestEndMs) ::kill(process, SIGKILL);
    ::usleep(1000);
  }
  return status;
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    const char* name = ::sigabbrev_np(number);
    return fmt::format("was killed by signal {} (SIG{})", number, name == nullptr ? "?" : name);
  }
  return fmt::format("ended with exit code {}", WEXITSTATUS(status));
}

}  // namespace pragmark

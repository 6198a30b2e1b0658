#include "pragmark/bench/python_original.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "child_process.h"
#include "line_channel.h"
#include "pragmark/error.h"
#include "pragmark/statements.h"

namespace pragmark {
namespace {

constexpr const char* kDistributionsPython = "/usr/bin/python3";

std::string script_path() {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe");
  return (program.parent_path().parent_path() / "share/pragmark/scripts/original.py").string();
}

// The first line that a program prints; empty when it fails.
std::optional<std::string> first_line_of(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  std::optional<std::string> line;
  int status = -1;
  try {
    const pid_t process = start_process(command, STDIN_FILENO, ends[1]);
    ::close(std::exchange(ends[1], -1));
    line = LineReader(ends[0]).next_line();
    status = wait_for_end(process);
  } catch (const Error&) {  // no such program
    line.reset();
  }
  for (const int end : ends) {
    if (end >= 0) ::close(end);
  }
  return status == 0 ? line : std::nullopt;
}

std::string upper(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return result;
}

}  // namespace

PythonOriginal find_python_original(std::string interpreter) {
  if (interpreter.empty()) {
    interpreter = ::access(kDistributionsPython, X_OK) == 0 ? kDistributionsPython : "python3";
  }
  const std::string script = script_path();
  if (!std::filesystem::is_regular_file(script)) {
    throw Error::usage(fmt::format("--strategy {}: there is no {}; install pragmark again",
                                   kPythonOriginal, script));
  }
  const std::optional<std::string> versions = first_line_of({interpreter, script, "--version"});
  const std::size_t space = versions ? versions->find(' ') : std::string::npos;
  if (space == std::string::npos) {
    throw Error::usage(fmt::format("--strategy {}: {} does not run {}; install python3, or set "
                                   "PRAGMARK_PYTHON to an interpreter of Python 3.8 or newer",
                                   kPythonOriginal, interpreter, script));
  }
  return {.command = {interpreter, script},
          .sqlite_version = versions->substr(0, space),
          .python_version = versions->substr(space + 1)};
}

WorkerScript python_script(const PragmaSet& set, std::string requests_file) {
  const TopicStatements sql = topic_statements();
  WorkerScript script{.settings = {},
                      .read_sql = std::string(sql.get),
                      .write_sql = std::string(sql.insert),
                      .requests_file = std::move(requests_file)};
  std::vector<Setting> settings(set.settings().begin(), set.settings().end());
  std::ranges::stable_sort(settings, {}, [](const Setting& one) { return one.spec->phase; });
  for (const Setting& setting : settings) {
    SettingToProve proof{.name = std::string(setting.spec->name),
                         .sql = setting.to_sql(),
                         .accepted = {upper(setting.value)}};
    for (const Keyword& keyword : setting.spec->keywords) {
      if (keyword.word == setting.value) proof.accepted.push_back(std::to_string(keyword.number));
    }
    script.settings.push_back(std::move(proof));
  }
  return script;
}

}  // namespace pragmark

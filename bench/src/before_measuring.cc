#include "pragmark/bench/before_measuring.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "pragmark/error.h"
#include "pragmark/verify/program.h"
#include "pragmark/version.h"

namespace pragmark {

void require_writable(const std::string& path) {
  require_output_possible(path);
  std::error_code ignored;
  const bool device =
      std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored);
  if (path.empty() || device) return;
  const std::string probe = fmt::format("{}.{}.part", path, ::getpid());
  const int file = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) {
    throw Error::usage(fmt::format("--out {}: {}; give a place that may be written to", path,
                                   std::generic_category().message(errno)));
  }
  ::close(file);
  ::unlink(probe.c_str());
}

void warn_about(const Environment& here, std::string_view command) {
  if (kBuildType != "Release") {
    print_warning(command, fmt::format("a {} build: its figures mean nothing; build with "
                                       "cmake --preset release",
                                       kBuildType));
  }
  for (const std::string& warning : here.filesystem_warnings) print_warning(command, warning);
}

void print_load_progress(std::int64_t loaded, std::int64_t rows) {
  fmt::print(stderr, "loading rows before the clock: {} of {}\n", loaded, rows);
}

}  // namespace pragmark

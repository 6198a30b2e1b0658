#include "pragmark/verify/program.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "pragmark/verify/interrupt.h"

namespace pragmark {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_to_write(const std::string& path) {
  const std::error_code cause(errno, std::generic_category());
  throw Error::environment("write", cause.message() + " (give --out a place with space)", path);
}

// Owns the descriptor, not the file.
class Descriptor {
 public:
  explicit Descriptor(int descriptor) noexcept : descriptor_(descriptor) {}
  ~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
  // False with errno set when not everything could be written.
  [[nodiscard]] bool write_all(std::string_view text) const noexcept {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }
  [[nodiscard]] bool sync() const noexcept { return ::fsync(descriptor_) == 0; }

 private:
  int descriptor_;
};

// A regular file that a link leads to is replaced where it lies; the link stays.
fs::path real_target(const std::string& path) {
  std::error_code error;
  const fs::path whole = fs::canonical(path, error);
  return error ? fs::path(path) : whole;
}

void write_aside_and_rename(std::string_view text, const std::string& path) {
  const fs::path target = real_target(path);
  const std::string aside = fmt::format("{}.{}.part", target.string(), ::getpid());
  const Descriptor file(::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file.is_open()) fail_to_write(path);
  if (!file.write_all(text) || !file.sync() || ::rename(aside.c_str(), target.c_str()) != 0) {
    const int cause = errno;
    ::unlink(aside.c_str());
    errno = cause;
    fail_to_write(path);
  }
}

}  // namespace

ExitCode exit_code_for(const Error& error) noexcept {
  switch (error.kind()) {
    case ErrorKind::Usage:
    case ErrorKind::Schema: return ExitCode::BadUsage;
    case ErrorKind::Setting: return ExitCode::DoesNotHold;
    case ErrorKind::Environment:
    case ErrorKind::Sqlite: return ExitCode::Undetermined;
  }
  return ExitCode::Undetermined;
}

ExitCode exit_code_for(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::Pass: return ExitCode::Holds;
    case Verdict::Fail:
    case Verdict::Ineffective:
    case Verdict::Misread: return ExitCode::DoesNotHold;
    case Verdict::Warning:  // no report's verdict; alone it proves nothing
    case Verdict::Unknown:
    case Verdict::Skipped: return ExitCode::Undetermined;
  }
  return ExitCode::Undetermined;
}

int run_program(std::string_view command, FunctionRef<ExitCode()> body) noexcept {
  catch_interrupts();
  ExitCode code = ExitCode::Undetermined;
  try {
    code = body();
  } catch (const Error& error) {
    print_message(command, error.what());
    code = exit_code_for(error);
  } catch (const Interrupted&) {
    print_message(command, "interrupted; scratch files are removed, no result was written");
  } catch (const std::exception& error) {
    print_message(command, error.what());
  }
  return static_cast<int>(code);
}

std::string one_line(std::string_view text) {
  std::string line;
  for (char c : printable(text)) {
    if (c == '\n' || c == '\t') c = ' ';
    if (c != ' ' || (!line.empty() && line.back() != ' ')) line += c;
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

void print_message(std::string_view command, std::string_view message) noexcept {
  const std::string line = fmt::format("pragmark {}: {}\n", command, one_line(message));
  std::fputs(line.c_str(), stderr);
}

void print_warning(std::string_view command, std::string_view message) noexcept {
  print_message(command, fmt::format("warning: {}", message));
}

void require_output_possible(const std::string& path) {
  if (path.empty()) return;
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    throw Error::usage(fmt::format("--out {}: it is a directory; give the path of a file", path));
  }
  const fs::path parent = fs::path(path).parent_path();
  if (!parent.empty() && !fs::is_directory(parent, ignored)) {
    throw Error::usage(
        fmt::format("--out {}: there is no directory {}; create it first", path, parent.string()));
  }
}

void write_output(std::string_view text, const std::string& path) {
  if (path.empty()) {
    const Descriptor output(::dup(STDOUT_FILENO));
    if (!output.is_open() || !output.write_all(text)) fail_to_write("stdout");
    return;
  }
  require_output_possible(path);
  std::error_code ignored;
  if (!fs::exists(path, ignored) || fs::is_regular_file(path, ignored)) {
    write_aside_and_rename(text, path);
    return;
  }
  const Descriptor device(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!device.is_open() || !device.write_all(text)) fail_to_write(path);
}

bool is_terminal(int file_descriptor) noexcept { return ::isatty(file_descriptor) == 1; }

Colour colour_for(int file_descriptor) noexcept {
  // Main files ask before they start threads. https://no-color.org says what NO_COLOR means.
  const char* const no_colour = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe)
  const char* const terminal = std::getenv("TERM");       // NOLINT(concurrency-mt-unsafe)
  const bool plain = (no_colour != nullptr && *no_colour != '\0') ||
                     (terminal != nullptr && std::string_view(terminal) == "dumb");
  return !plain && is_terminal(file_descriptor) ? Colour::Always : Colour::Never;
}

}  // namespace pragmark

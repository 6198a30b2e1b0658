#include "line_channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace pragmark {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

// MSG_NOSIGNAL is for sockets only; on a pipe SIGPIPE is up to the program.
ssize_t write_quietly(int descriptor, std::string_view text) {
  const ssize_t sent = ::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL);
  if (sent >= 0 || errno != ENOTSOCK) return sent;
  return ::write(descriptor, text.data(), text.size());
}

}  // namespace

bool LineReader::read_some() {
  std::array<char, kReadBytes> buffer;
  for (;;) {
    const ssize_t bytes = ::read(descriptor_, buffer.data(), buffer.size());
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes <= 0) return false;
    text_.append(buffer.data(), static_cast<std::size_t>(bytes));
    return true;
  }
}

std::optional<std::string> LineReader::take_line() {
  const std::size_t end = text_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = text_.substr(0, end);
  text_.erase(0, end + 1);
  return line;
}

std::optional<std::string> LineReader::next_line() {
  for (;;) {
    if (std::optional<std::string> line = take_line()) return line;
    if (!read_some()) return std::nullopt;
  }
}

bool write_line(int descriptor, std::string_view line) {
  const std::string text = std::string(line) + "\n";
  std::string_view left = text;
  while (!left.empty()) {
    const ssize_t bytes = write_quietly(descriptor, left);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return false;
    left.remove_prefix(static_cast<std::size_t>(bytes));
  }
  return true;
}

}  // namespace pragmark

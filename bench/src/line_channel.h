// One end of a conversation in lines, over a socket or a pipe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pragmark {

// Owns:    what was read and not yet taken; not the descriptor.
// Threads: one thread at a time.
// Errors:  none: a broken connection is one that has ended.
class LineReader {
 public:
  explicit LineReader(int descriptor) noexcept : descriptor_(descriptor) {}

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  // Waits until there is something to read, and reads it. False when the other side has ended.
  bool read_some();
  [[nodiscard]] bool has_line() const noexcept { return text_.find('\n') != std::string::npos; }
  // A line that has been read, without its line break; empty when there is no whole one.
  [[nodiscard]] std::optional<std::string> take_line();
  // Waits for a line; empty when the other side has ended.
  [[nodiscard]] std::optional<std::string> next_line();

 private:
  int descriptor_;
  std::string text_;
};

// False when the other side has ended, which raises no signal.
[[nodiscard]] bool write_line(int descriptor, std::string_view line);

}  // namespace pragmark

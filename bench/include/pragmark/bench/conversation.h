// A program that works on command: it says that it is ready, answers one line after another, and
// tells what went wrong as its last line. What the lines mean is up to a protocol
// (slice_protocol.h, load/protocol.h).
//
//   ConversationEnd end = converse({.input = 0, .output = 1, .ready = line}, answer);
#pragma once

#include <optional>
#include <string>

#include "pragmark/function_ref.h"
#include "pragmark/verify/program.h"

namespace pragmark {

enum class ConversationEnd {
  NothingMoreAsked,  // the input ended, or nobody read the answers any more
  BadRequest,        // it makes no sense
  Environment,       // the machine refused
  Failure,           // anything else, wrong answers and a database that does not hold them included
};
[[nodiscard]] ExitCode exit_code_for(ConversationEnd end) noexcept;

struct ConversationPlace {
  int input;
  int output;
  std::string ready;  // the first line, without its line break
};

// Converses until the end. `answer` gets each line and returns the line to be written, or nothing
// when whoever asked has gone in the meantime; what it throws ends the conversation. But for the
// first end an error was told; so it was when this throws Interrupted.
[[nodiscard]] ConversationEnd converse(
    const ConversationPlace& place,
    FunctionRef<std::optional<std::string>(const std::string&)> answer);

// {"say":"error",..}; the message becomes one line.
[[nodiscard]] std::string error_line(std::string message, bool environment);

}  // namespace pragmark

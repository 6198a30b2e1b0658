#include "pragmark/bench/conversation.h"

#include <poll.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "json_line.h"
#include "line_channel.h"
#include "pragmark/error.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark {
namespace {

constexpr int kBetweenLooksMs = 100;  // at the interrupt flag, which wakes nobody

// Empty when the other side has ended.
std::optional<std::string> wait_for_line(LineReader& input) {
  for (;;) {
    throw_if_interrupted();
    if (std::optional<std::string> line = input.take_line()) return line;
    pollfd waited_for = {.fd = input.descriptor(), .events = POLLIN, .revents = 0};
    if (::poll(&waited_for, 1, kBetweenLooksMs) > 0 && !input.read_some()) return std::nullopt;
  }
}

ConversationEnd end_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::Usage:
    case ErrorKind::Schema: return ConversationEnd::BadRequest;
    case ErrorKind::Environment: return ConversationEnd::Environment;
    case ErrorKind::Setting:
    case ErrorKind::Sqlite: return ConversationEnd::Failure;
  }
  return ConversationEnd::Failure;
}

}  // namespace

ExitCode exit_code_for(ConversationEnd end) noexcept {
  switch (end) {
    case ConversationEnd::NothingMoreAsked: return ExitCode::Holds;
    case ConversationEnd::BadRequest: return ExitCode::BadUsage;
    case ConversationEnd::Environment: return ExitCode::Undetermined;
    case ConversationEnd::Failure: return ExitCode::DoesNotHold;
  }
  return ExitCode::Undetermined;
}

std::string error_line(std::string message, bool environment) {
  std::ranges::replace_if(
      message, [](char c) { return c >= 0 && c < ' '; }, ' ');
  return line_of({{"say", "error"}, {"message", std::move(message)}, {"environment", environment}});
}

ConversationEnd converse(const ConversationPlace& place,
                         FunctionRef<std::optional<std::string>(const std::string&)> answer) {
  LineReader lines(place.input);
  const auto tell = [&](const std::exception& error, bool environment) {
    static_cast<void>(write_line(place.output, error_line(error.what(), environment)));
  };
  try {
    bool heard = write_line(place.output, place.ready);
    while (heard) {
      const std::optional<std::string> line = wait_for_line(lines);
      if (!line) break;
      const std::optional<std::string> answered = answer(*line);
      if (!answered) break;
      heard = write_line(place.output, *answered);
    }
    return ConversationEnd::NothingMoreAsked;
  } catch (const Interrupted& interrupted) {
    tell(interrupted, true);
    throw;
  } catch (const Error& error) {
    tell(error, error.kind() == ErrorKind::Environment);
    return end_of(error.kind());
  } catch (const std::exception& error) {
    tell(error, false);
    return ConversationEnd::Failure;
  }
}

}  // namespace pragmark

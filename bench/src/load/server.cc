#include "pragmark/bench/load/server.h"

#include <optional>
#include <string>

#include "../line_channel.h"
#include "pragmark/verify/interrupt.h"

namespace pragmark {

ConversationEnd serve_loads(const LoadService& service, int input, int output) {
  const LoadSetup& setup = service.bench->setup();
  const auto tell = [&](double elapsed_s, std::int64_t completed) {
    return write_line(output, load_progress_line(elapsed_s, completed));
  };
  const auto answer = [&](const std::string& line) -> std::optional<std::string> {
    const std::optional<LoadStep> step = service.bench->run(parse_step_request(line), tell);
    if (!step) return std::nullopt;
    return load_result_line(setup, *step);
  };
  return converse(
      {.input = input, .output = output, .ready = load_ready_line(setup, service.context)}, answer);
}

}  // namespace pragmark

// `pragmark load` on command: one load after another, over protocol.h's lines.
//
//   ConversationEnd end = serve_loads({.bench = &bench, .context = ..}, STDIN_FILENO,
//   STDOUT_FILENO);
#pragma once

#include "pragmark/bench/conversation.h"
#include "pragmark/bench/load/protocol.h"
#include "pragmark/bench/load/step.h"

namespace pragmark {

struct LoadService {
  LoadBench* bench;  // outlives the call; never null
  ContextEntries context;
};

// Serves until the end. But for the first end an error was told; so it was when this throws
// Interrupted.
[[nodiscard]] ConversationEnd serve_loads(const LoadService& service, int input, int output);

}  // namespace pragmark

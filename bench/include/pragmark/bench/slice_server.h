// `pragmark bench --slices`: fixed amounts of work on command, for whoever wants to alternate
// between two programs in short slices (`pragmark gate`). slice_protocol.h says what is spoken.
//
//   SliceEnd end = serve_slices({.configurations = configurations, .context = .., .place = {..}},
//                               STDIN_FILENO, STDOUT_FILENO);
#pragma once

#include <vector>

#include "pragmark/bench/configuration.h"
#include "pragmark/bench/conversation.h"
#include "pragmark/bench/result_document.h"
#include "pragmark/bench/sliced_benchmark.h"

namespace pragmark {

struct SliceService {
  std::vector<Configuration> configurations;  // that may be opened
  ContextEntries context;
  SlicePlace place;
};

// Throws Error (kind Usage) when one of them cannot be sliced: its clients run in processes of
// their own.
void require_sliceable(const std::vector<Configuration>& configurations);

using SliceEnd = ConversationEnd;

// Serves until the end. But for the first end an error was told; so it was when this throws
// Interrupted.
[[nodiscard]] SliceEnd serve_slices(const SliceService& service, int input, int output);

}  // namespace pragmark

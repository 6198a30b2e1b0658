// `pragmark bench --slices`: fixed amounts of work on command, for whoever wants to alternate
// between two programs in short slices (`pragmark gate`). slice_protocol.h says what is spoken.
//
//   return serve_slices({.configurations = configurations, .place = {..}}, STDIN_FILENO,
//                       STDOUT_FILENO);
#pragma once

#include <vector>

#include "pragmark/bench/configuration.h"
#include "pragmark/bench/result_document.h"
#include "pragmark/bench/sliced_benchmark.h"
#include "pragmark/verify/program.h"

namespace pragmark {

struct SliceService {
  std::vector<Configuration> configurations;  // that may be opened
  ContextEntries context;
  SlicePlace place;
};

// Throws Error (kind Usage) when one of them cannot be sliced: its clients run in processes of
// their own.
void require_sliceable(const std::vector<Configuration>& configurations);

// Until the input ends (Holds), or an error was told: BadUsage when the request makes no sense,
// Undetermined when the environment forbids it, DoesNotHold otherwise. Throws Interrupted, which it
// has told as well.
[[nodiscard]] ExitCode serve_slices(const SliceService& service, int input, int output);

}  // namespace pragmark

// The lines that `pragmark load` and whoever drives it exchange: pragmark-load/1. Each is one JSON
// object; the program reads its standard input and answers on its standard output.
//
//   to the program                               from the program
//                                                {"say":"ready","protocol":..,"context":{..},..}
//   {"say":"step","rate":5000,..}                {"say":"progress","elapsed_s":..,"completed":..}
//                                                {"say":"progress",..} ..
//                                                {"say":"result",..}
//   {"say":"step",..} ..
//   the end of the input: the program ends
//
// Every step runs on a fresh copy of the filled database. Instead of any answer there may be
// {"say":"error","message":..,"environment":..}, after which the program ends. A step whose answers
// nobody reads any more is stopped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "pragmark/bench/load/step.h"
#include "pragmark/bench/result_document.h"

namespace pragmark {

inline constexpr std::string_view kLoadProtocol = "pragmark-load/1";

inline constexpr double kShortestStep = 0.01;  // seconds
inline constexpr double kLongestStep = 86'400;
inline constexpr double kShortestWindowMs = 1;
inline constexpr double kLongestTimeoutMs = 3'600'000;

// Throws Error (kind Usage) when the parts of a plan do not go together; `where` begins the
// message.
void require_sensible(const StepPlan& plan, std::string_view where);

// Throws Error (kind Usage) that shows the line when it is not of this protocol.
[[nodiscard]] StepPlan parse_step_request(std::string_view text);

// Lines without their line break.
[[nodiscard]] std::string load_ready_line(const LoadSetup& setup, const ContextEntries& context);
[[nodiscard]] std::string load_progress_line(double elapsed_s, std::int64_t completed);
[[nodiscard]] std::string load_result_line(const LoadSetup& setup, const LoadStep& step);
// The same result in a document of its own, with what it ran on: `pragmark.load/1`.
[[nodiscard]] std::string load_document(const LoadSetup& setup, const LoadStep& step,
                                        const ContextEntries& context);

}  // namespace pragmark

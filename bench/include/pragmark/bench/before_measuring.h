// What the programs of this room do before they measure: what would void hours of measuring must
// show at once.
//
//   require_writable(options.out);
//   warn_about(probe_environment(options.directory), "bench");
//
// For programs only: prints to stderr.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "pragmark/verify/environment.h"

namespace pragmark {

// A place where the result cannot be written: makes and removes a file beside it, as write_output()
// will. Throws Error (kind Usage).
void require_writable(const std::string& path);

// Warns of a build or a filesystem whose figures mean little.
void warn_about(const Environment& here, std::string_view command);

// Plain lines on a terminal too: they are few, and the progress of repetitions comes after them.
void print_load_progress(std::int64_t loaded, std::int64_t rows);

}  // namespace pragmark

// One run of `pragmark bench`, from options to exit code. For bench_main.cc: prints progress,
// warnings and results.
#pragma once

#include <string>
#include <vector>

#include "pragmark/bench/command_line.h"
#include "pragmark/verify/program.h"

namespace pragmark {

enum class StdoutFormat { Text, Json };
enum class Switch { On, Off };

struct BenchOptions {
  BenchRequest request;
  std::vector<std::string> google_benchmark_arguments;
  std::string preset;  // empty or its name
  std::string directory = ".";
  std::string out;  // empty: no result file
  StdoutFormat format = StdoutFormat::Text;
  Switch counting_vfs = Switch::On;
  std::string python;  // interpreter of python-original; empty: find one
  double target = kDefaultTarget;
  bool require_target = false;
  bool list = false;
  bool slices = false;  // work on command, instead of Google Benchmark's repetitions
  std::string command;  // to repeat the run
};

// Throws Error when nothing could be measured, Interrupted when the user stopped it; then there is
// no result, and no scratch file either way. With `slices`, speaks slice_protocol.h on stdin and
// stdout.
[[nodiscard]] ExitCode run_benchmarks(const BenchOptions& options);

}  // namespace pragmark

// The program `pragmark load` behind its options.
#pragma once

#include <filesystem>
#include <string>

#include "pragmark/bench/load/command_line.h"
#include "pragmark/verify/program.h"

namespace pragmark {

enum class LoadFormat { Text, Json };

struct LoadOptions {
  LoadRequest request;
  std::string command;  // to repeat it
  std::filesystem::path directory = ".";
  std::string out = {};
  LoadFormat format = LoadFormat::Text;
};

// One load, printed.
[[nodiscard]] ExitCode run_one_load(const LoadOptions& options);
// As many as are asked for over stdin; see protocol.h.
[[nodiscard]] ExitCode run_loads_on_command(const LoadOptions& options);

}  // namespace pragmark

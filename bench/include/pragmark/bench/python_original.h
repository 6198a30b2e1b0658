// `python-original`: the application that started this work, in Python, as a strategy among the
// others. It runs in processes of its own, scripts/original.py, whatever the number of processes.
//
//   PythonOriginal python = find_python_original();   // before anything is measured
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pragmark/bench/configuration.h"
#include "pragmark/bench/worker_protocol.h"

namespace pragmark {

inline constexpr std::string_view kPythonOriginal = "python-original";

struct PythonOriginal {
  std::vector<std::string> command;  // of a worker
  std::string sqlite_version;        // Python's own, which need not be this program's
  std::string python_version;
};

// `interpreter` is empty for the distribution's, /usr/bin/python3, or where it is missing the first
// python3 on PATH. Throws Error (kind Usage), with the next step, when it does not run the script,
// which lies in share/pragmark/scripts beside the folder of this program.
[[nodiscard]] PythonOriginal find_python_original(std::string interpreter);

// What scripts/original.py needs to know of a configuration besides the task.
[[nodiscard]] WorkerScript python_script(const PragmaSet& set, std::string requests_file);

}  // namespace pragmark

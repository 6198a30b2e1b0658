// What every main file of pragmark shares: exit codes, the one catch, one-line errors, results that
// appear whole or not at all, and whether a stream is a terminal.
//
//   int main(int argc, char** argv) {
//     return run_program("verify", [&] { return run(argc, argv); });
//   }
//
// For main files only: this is the one place that prints, reads the environment and decides exit
// codes. Knows nothing of CLI11; parse_arguments() is told its types.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pragmark/error.h"
#include "pragmark/function_ref.h"
#include "pragmark/verify/check.h"
#include "pragmark/verify/report_format.h"

namespace pragmark {

enum class ExitCode : int {
  Holds = 0,         // what was asked for holds
  DoesNotHold = 1,   // a mismatch, a regression, a missed target
  BadUsage = 2,      // or bad input
  Undetermined = 3,  // undecided, or the environment forbids it
};

[[nodiscard]] ExitCode exit_code_for(const Error& error) noexcept;
[[nodiscard]] ExitCode exit_code_for(Verdict verdict) noexcept;

// Runs `body` with interrupts caught (interrupt.h). Whatever it throws becomes one line on stderr,
// "pragmark COMMAND: MESSAGE", and an exit code. Returns what main has to return.
[[nodiscard]] int run_program(std::string_view command, FunctionRef<ExitCode()> body) noexcept;

// Line breaks and control characters become spaces: an error is one line.
[[nodiscard]] std::string one_line(std::string_view text);

// One line on stderr, "pragmark COMMAND: MESSAGE" or "pragmark COMMAND: warning: MESSAGE".
void print_message(std::string_view command, std::string_view message) noexcept;
void print_warning(std::string_view command, std::string_view message) noexcept;

// Throws Error (kind Usage) when `path` is a directory or lies in none, so that a long run does not
// find out at its end. Empty is fine, it means stdout.
void require_output_possible(const std::string& path);
// Writes to stdout when `path` is empty. Otherwise to a file beside `path` that is synced and then
// renamed, so that `path` holds the old text or the new, never half of it; a device or a pipe is
// written to directly. Throws Error (kind Environment) when it cannot be written whole.
void write_output(std::string_view text, const std::string& path);

// A terminal, and the user did not ask for plain text (NO_COLOR, TERM=dumb).
[[nodiscard]] Colour colour_for(int file_descriptor) noexcept;
[[nodiscard]] bool is_terminal(int file_descriptor) noexcept;

// Parses the command line with CLI11. Returns an exit code when the program is done (--help,
// --version); throws Error (kind Usage), one line with the next step, when it makes no sense.
template <typename ParseError, typename App>
[[nodiscard]] std::optional<ExitCode> parse_arguments(App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const ParseError& error) {
    if (error.get_exit_code() == 0) {
      static_cast<void>(app.exit(error));
      return ExitCode::Holds;
    }
    throw Error::usage(one_line(error.what()) + " (see " + app.get_name() + " --help)");
  }
}

}  // namespace pragmark

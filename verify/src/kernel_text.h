// Short files of the kernel, in /proc and /sys.
#pragma once

#include <filesystem>
#include <string>

namespace pragmark {

// Empty when there is no such file.
[[nodiscard]] std::string text_of(const std::filesystem::path& path);
// Without the spaces at its end.
[[nodiscard]] std::string first_line_of(const std::filesystem::path& path);
// "unknown" when there is no such file, or nothing in it.
[[nodiscard]] std::string fact_in(const std::filesystem::path& path);

}  // namespace pragmark

#include "kernel_text.h"

#include <fstream>
#include <iterator>

namespace pragmark {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string first_line_of(const std::filesystem::path& path) {
  const std::string text = text_of(path);
  std::string line = text.substr(0, text.find('\n'));
  line.erase(line.find_last_not_of(" \t\r") + 1);
  return line;
}

std::string fact_in(const std::filesystem::path& path) {
  const std::string line = first_line_of(path);
  return line.empty() ? "unknown" : line;
}

}  // namespace pragmark

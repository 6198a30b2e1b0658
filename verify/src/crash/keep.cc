#include "crash/keep.h"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "pragmark/error.h"

namespace pragmark::crash {

std::string keep_in(const std::string& directory, const std::string& name, const Image& image) {
  std::string plain = name;
  for (char& c : plain) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '+' || c == '=' || c == '@' || c == ',' || c == '.';
    if (!good) c = '_';
  }
  const std::filesystem::path folder = std::filesystem::path(directory) / plain;
  std::error_code error;
  // From an earlier time: what SQLite made of it when somebody looked must not lie beside it.
  for (const auto& [file, bytes] : image) {
    for (const char* suffix : {"-journal", "-wal", "-shm"}) {
      std::filesystem::remove(folder / (file + suffix), error);
    }
  }
  std::filesystem::create_directories(folder, error);
  if (error) throw Error::environment("create", error.message(), folder.string());
  for (const auto& [file, bytes] : image) {
    const std::filesystem::path path = folder / file;
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
    out.flush();
    if (!out) throw Error::environment("write", "the disk may be full", path.string());
  }
  return folder.string();
}

}  // namespace pragmark::crash

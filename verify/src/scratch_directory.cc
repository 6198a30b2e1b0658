#include "pragmark/verify/scratch_directory.h"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include "pragmark/error.h"

namespace pragmark {
namespace {

constexpr std::string_view kOperation = "create a scratch directory in";

std::filesystem::path make_inside(const std::filesystem::path& parent) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(parent, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    throw Error::environment(kOperation, "it does not exist (give --dir an existing directory)",
                             parent.string());
  }
  if (!error && status.type() != std::filesystem::file_type::directory) {
    throw Error::environment(kOperation, "it is not a directory (give --dir a directory)",
                             parent.string());
  }
  const std::filesystem::path whole = std::filesystem::canonical(parent, error);
  if (error) throw Error::environment(kOperation, error.message(), parent.string());
  std::string made = (whole / "pragmark-XXXXXX").string();
  if (::mkdtemp(made.data()) == nullptr) {
    throw Error::environment(kOperation,
                             std::error_code(errno, std::generic_category()).message() +
                                 " (give --dir a directory that may be written to and has space)",
                             parent.string());
  }
  return made;
}

}  // namespace

ScratchDirectory::ScratchDirectory(const std::filesystem::path& parent)
    : path_(make_inside(parent)) {}

ScratchDirectory::~ScratchDirectory() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ScratchDirectory::file(std::string_view name) const { return (path_ / name).string(); }

void ScratchDirectory::remove() {
  if (path_.empty()) return;
  std::error_code error;
  std::filesystem::remove_all(path_, error);
  if (error) throw Error::environment("remove", error.message(), path_.string());
  path_.clear();
}

}  // namespace pragmark

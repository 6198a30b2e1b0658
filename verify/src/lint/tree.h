// The files below the paths that lint is given.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pragmark::lint {

struct TreeOptions {
  std::vector<std::filesystem::path> paths;
  std::vector<std::string> excluded;  // globs
};

// Files in the order of their names, folder by folder. Links inside a folder are not followed, so
// that none leads in circles; version control, dependencies and build folders are left out, unless
// they are named in `paths`. `unread` is told the folders that cannot be listed.
// Throws Error (kind Usage), before it visits any, when one of `paths` does not exist.
void for_each_file(const TreeOptions& options,
                   const std::function<void(const std::filesystem::path& file)>& visit,
                   const std::function<void(const std::filesystem::path& folder)>& unread);

// * is any run of characters, ? any one.
[[nodiscard]] bool matches_glob(std::string_view text, std::string_view glob) noexcept;

}  // namespace pragmark::lint

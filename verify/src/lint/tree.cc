#include "lint/tree.h"

#include <algorithm>
#include <iterator>
#include <system_error>

#include <fmt/format.h>

#include "pragmark/error.h"

namespace pragmark::lint {
namespace {

namespace fs = std::filesystem;

// Not the user's own text, or not text.
constexpr std::string_view kSkippedFolders[] = {
    ".git",        ".hg",           ".svn",          ".jj",    "node_modules", "vendor",
    "third_party", "build",         "dist",          "target", "out",          ".venv",
    "venv",        "__pycache__",   ".tox",          ".cache", ".gradle",      ".next",
    ".nuxt",       ".bundle",       "Pods",          "deps",   "_build",       "bower_components",
    ".mypy_cache", ".pytest_cache", "site-packages",
};

class Walk {
 public:
  Walk(const TreeOptions& options, const std::function<void(const fs::path&)>& visit,
       const std::function<void(const fs::path&)>& unread)
      : options_(options), visit_(visit), unread_(unread) {}

  void start(const fs::path& path) {
    if (!fs::is_directory(path)) {
      visit_(path);
      return;
    }
    // A stack of our own: a tree may be deeper than the program's stack.
    folders_.push_back(path);
    while (!folders_.empty()) {
      const fs::path folder = std::move(folders_.back());
      folders_.pop_back();
      list(folder);
    }
  }

 private:
  void list(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      entries.push_back(*it);
    }
    if (error) unread_(folder);
    std::ranges::sort(entries, {}, [](const fs::directory_entry& entry) { return entry.path(); });
    std::vector<fs::path> below;
    for (const fs::directory_entry& entry : entries) {
      std::error_code ignored;
      const fs::file_status status = entry.symlink_status(ignored);
      if (is_excluded(entry.path())) continue;
      if (fs::is_regular_file(status)) visit_(entry.path());
      if (fs::is_directory(status) && !is_skipped(entry.path())) below.push_back(entry.path());
    }
    std::move(below.rbegin(), below.rend(), std::back_inserter(folders_));
  }

  [[nodiscard]] static bool is_skipped(const fs::path& folder) {
    const std::string name = folder.filename().string();
    const bool built = name.starts_with("cmake-build-") || name.starts_with("bazel-");
    return built || std::ranges::find(kSkippedFolders, name) != std::end(kSkippedFolders);
  }

  [[nodiscard]] bool is_excluded(const fs::path& path) const {
    return std::ranges::any_of(options_.excluded, [&](const std::string& glob) {
      return matches_glob(path.filename().string(), glob) ||
             matches_glob(path.lexically_normal().string(), glob);
    });
  }

  const TreeOptions& options_;
  const std::function<void(const fs::path&)>& visit_;
  const std::function<void(const fs::path&)>& unread_;
  std::vector<fs::path> folders_;
};

}  // namespace

void for_each_file(const TreeOptions& options, const std::function<void(const fs::path&)>& visit,
                   const std::function<void(const fs::path&)>& unread) {
  for (const fs::path& path : options.paths) {
    std::error_code error;  // an unreadable folder on the way is "no such file" as well
    if (!fs::exists(path, error)) {
      throw Error::usage(fmt::format("{}: there is no such file or folder", path.string()));
    }
  }
  Walk walk(options, visit, unread);
  for (const fs::path& path : options.paths) walk.start(path);
}

bool matches_glob(std::string_view text, std::string_view glob) noexcept {
  // Goes back to the last * only, which is enough, and keeps it from taking exponential time.
  std::size_t at = 0;
  std::size_t in_glob = 0;
  std::size_t star = std::string_view::npos;
  std::size_t from = 0;
  while (at < text.size()) {
    const bool star_here = in_glob < glob.size() && glob[in_glob] == '*';
    if (star_here) {
      star = in_glob++;
      from = at;
    } else if (in_glob < glob.size() && (glob[in_glob] == '?' || glob[in_glob] == text[at])) {
      ++in_glob;
      ++at;
    } else if (star != std::string_view::npos) {
      in_glob = star + 1;
      at = ++from;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', in_glob) == std::string_view::npos;
}

}  // namespace pragmark::lint

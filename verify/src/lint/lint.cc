#include "pragmark/verify/lint.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <tuple>
#include <utility>

#include "lint/check.h"
#include "lint/connection_string.h"
#include "lint/judge.h"
#include "lint/source_text.h"
#include "lint/tree.h"
#include "pragmark/verify/interrupt.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {
namespace {

namespace fs = std::filesystem;

enum class Content { Text, Binary, TooLarge, Unreadable };

Content read(const fs::path& path, std::string& text) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) return Content::Unreadable;
  if (size > kLargestFileBytes) return Content::TooLarge;
  std::ifstream file(path, std::ios::binary);
  // The file may grow meanwhile; what was there when it was asked is read.
  text.resize(size);
  if (!file.read(text.data(), static_cast<std::streamsize>(size)) && !file.eof()) {
    return Content::Unreadable;
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text.find('\0') == std::string::npos ? Content::Text : Content::Binary;
}

class Linter {
 public:
  explicit Linter(const LintOptions& options)
      : options_(options),
        scratch_(options.scratch_parent),
        judge_(scratch_.file("trial.db")),
        shared_cache_(lint::heard_with_shared_cache(scratch_.file("shared.db"))) {}

  LintResult run() {
    lint::for_each_file(
        {options_.paths, options_.excluded}, [&](const fs::path& file) { check(file); },
        [&](const fs::path& folder) { result_.unread.push_back(folder.string()); });
    std::ranges::stable_sort(result_.findings, {}, [](const LintFinding& finding) {
      return std::tie(finding.path, finding.line, finding.column);
    });
    return std::move(result_);
  }

 private:
  void check(const fs::path& file) {
    throw_if_interrupted();
    if (lint::file_kind(file.string()) == lint::FileKind::Prose) return;
    std::string text;
    switch (read(file, text)) {
      case Content::Binary: return;
      case Content::TooLarge: ++result_.files_too_large; return;
      case Content::Unreadable: result_.unread.push_back(file.string()); return;
      case Content::Text: break;
    }
    const lint::SourceText source(file.string(), std::move(text));
    lint::check_source(judge_, source, shared_cache_, [&](LintFinding finding, bool ignored) {
      if (ignored) {
        ++result_.ignored;
      } else if (result_.findings.size() < kMostFindings) {
        result_.findings.push_back(std::move(finding));
      } else {
        ++result_.findings_left_out;
      }
    });
    ++result_.files_read;
    if (options_.on_progress) options_.on_progress(result_.files_read);
  }

  const LintOptions& options_;
  ScratchDirectory scratch_;
  lint::Judge judge_;
  std::string shared_cache_;
  LintResult result_;
};

}  // namespace

LintResult lint_paths(const LintOptions& options) { return Linter(options).run(); }

}  // namespace pragmark

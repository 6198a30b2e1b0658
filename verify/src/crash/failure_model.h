// What a crash may do to operations that no sync covers: one row for each failure model, with the
// assumption that it makes. To add a model, add its row in failure_model.cc and its states in
// explorer.cc.
#pragma once

#include <span>
#include <string_view>

namespace pragmark::crash {

enum class Model {
  ProcessKill,
  DropUnsynced,
  OrderedPrefix,
  SubsetTorn,
  SubsetGarbage,
  FsJournal,
  MetadataReordered,
  LyingDisk,
  SyncError,
};

struct ModelInfo {
  Model model;
  std::string_view name;
  std::string_view assumption;
  bool power;     // the machine loses its memory; otherwise only the process dies
  bool promised;  // SQLite's documentation says what happens; otherwise its assumptions are broken
};

[[nodiscard]] std::span<const ModelInfo> models() noexcept;
[[nodiscard]] const ModelInfo& info_of(Model model) noexcept;
// Throws Error (kind Usage) that lists the names.
[[nodiscard]] Model parse_model(std::string_view name);

}  // namespace pragmark::crash

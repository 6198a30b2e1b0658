// VFS layers that break what SQLite relies on: the experiment's negative controls.
#pragma once

#include <memory>
#include <string>

#include "pragmark/verify/crash.h"

namespace pragmark::crash {

// Owns:    its registration with SQLite.
class SabotagedVfs {
 public:
  SabotagedVfs() = default;
  virtual ~SabotagedVfs() = default;
  SabotagedVfs(const SabotagedVfs&) = delete;
  SabotagedVfs& operator=(const SabotagedVfs&) = delete;
  [[nodiscard]] virtual const std::string& vfs_name() const noexcept = 0;
};

// A layer over the VFS `below`; null when the sabotage is none of a VFS.
[[nodiscard]] std::unique_ptr<SabotagedVfs> sabotage_vfs(CrashSabotage sabotage,
                                                         const std::string& below);

}  // namespace pragmark::crash

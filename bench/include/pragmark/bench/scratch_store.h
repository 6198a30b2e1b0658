// Fresh databases for repetitions: built once for each kind, then copied.
//
//   StoreTemplates templates(scratch.path(), seed);
//   ScratchDirectory run(scratch.path());
//   templates.copy(configuration, run.file("store.db"));
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "pragmark/bench/configuration.h"
#include "pragmark/bench/dataset.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {

// Databases that hold the initial rows, one for each combination of rows, payload and the settings
// that are stored in the file (page size, journal mode ..).
//
// Owns:    the templates' files, in `directory`; removes them on destruction. A template that could
//          not be filled is removed at once.
// Threads: one thread at a time.
// Errors:  copy() throws Error; Interrupted when the program is to stop while it fills a template.
class StoreTemplates {
 public:
  StoreTemplates(std::filesystem::path directory, std::uint64_t seed)
      : directory_(std::move(directory)), seed_(seed) {}

  // ENSURES: `target` is a closed database of its own with the configuration's initial rows, on the
  //          disk, so that the first sync on the clock does not pay for it.
  void copy(const Configuration& configuration, const std::filesystem::path& target);

  [[nodiscard]] Dataset data(const Configuration& configuration) const;

 private:
  [[nodiscard]] std::string built(const Configuration& configuration);

  std::filesystem::path directory_;
  std::uint64_t seed_;
  // From what distinguishes them to where they lie.
  std::map<std::string, std::unique_ptr<ScratchDirectory>> templates_;
};

}  // namespace pragmark

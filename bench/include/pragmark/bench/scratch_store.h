// Fresh databases for repetitions: built once for each kind, then copied or linked.
//
//   StoreTemplates templates(scratch.path(), seed);
//   ScratchDirectory run(scratch.path());
//   templates.place(configuration, run.file("store.db"));
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "pragmark/bench/configuration.h"
#include "pragmark/bench/dataset.h"
#include "pragmark/verify/scratch_directory.h"

namespace pragmark {

// Each throws Error (kind Environment) when the disk refuses. A closed database is one file.
void sync_database(const std::filesystem::path& path);
// ENSURES: the copy is on the disk, so that the first sync on the clock does not pay for it.
void copy_database(const std::filesystem::path& source, const std::filesystem::path& target);

// How a repetition got its database.
enum class Placed {
  Copied,
  Linked,  // another name of the template itself
};

// Databases that hold the initial rows, one for each combination of rows, payload and the settings
// that are stored in the file (page size, journal mode ..).
//
// Owns:    the templates' files, in `directory`; removes them on destruction. A template that could
//          not be filled is removed at once.
// Threads: one thread at a time.
// Errors:  place() and copy() throw Error; Interrupted when the program is to stop while they fill
//          a template.
class StoreTemplates {
 public:
  // Called while rows are loaded, about once a second: a million of them take several.
  using LoadProgress = std::function<void(std::int64_t loaded, std::int64_t rows)>;

  StoreTemplates(
      std::filesystem::path directory, std::uint64_t seed,
      LoadProgress progress = [](std::int64_t, std::int64_t) {})
      : directory_(std::move(directory)), seed_(seed), progress_(std::move(progress)) {}

  // ENSURES: `target` is a closed database with the configuration's initial rows, on the disk, so
  //          that the first sync on the clock does not pay for it.
  //
  // For a workload that only reads, `target` is a hard link to the template where the filesystem
  // has them: gigabytes need not be copied for each repetition. It has a WAL and a journal of its
  // own, for their names come from the link's. A link that was written to after all (some settings
  // write when they are applied) shows in the file's time of change at the next use: the template
  // is built again, and copied from then on.
  // REQUIRES: the database placed before for this kind is closed.
  Placed place(const Configuration& configuration, const std::filesystem::path& target);
  // As place(), but never a link: for databases of one kind that are open at the same time.
  void copy(const Configuration& configuration, const std::filesystem::path& target);

  [[nodiscard]] Dataset data(const Configuration& configuration) const;

 private:
  struct Stamp {
    std::uintmax_t bytes;
    std::filesystem::file_time_type changed;
    bool operator==(const Stamp&) const = default;
  };
  struct Template {
    std::unique_ptr<ScratchDirectory> directory;
    Stamp stamp;
  };
  [[nodiscard]] static Stamp stamp_of(const std::string& path);
  [[nodiscard]] static std::string kind_of(const Configuration& configuration);
  [[nodiscard]] std::string built(const Configuration& configuration);

  std::filesystem::path directory_;
  std::uint64_t seed_;
  LoadProgress progress_;
  // From what distinguishes them to where they lie.
  std::map<std::string, Template> templates_;
  std::set<std::string> not_to_be_linked_;
};

}  // namespace pragmark
